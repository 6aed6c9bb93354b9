package ir

import (
	"slices"
	"strings"

	"github.com/tornadogen/tornadogen/spec"
)

// addShape notes that a variant needs a shape to be read from a media type, and how its members are encoded there.
func (b *builder) addShape(c *Content, name string, m *spec.MediaType) {
	if spec.IsJSON(name) || isRange(name) {
		return
	}
	l := b.shaper
	i := slices.IndexFunc(l.roots, func(r *shapeRoot) bool { return r.content == c })
	if i < 0 {
		i = len(l.roots)
		l.roots = append(l.roots, &shapeRoot{content: c, node: l.use(m.Schema), schema: m.Schema, marks: make(map[string]string)})
	}
	root := l.roots[i]
	root.xml = root.xml || spec.IsXML(name)
	l.xml = l.xml || spec.IsXML(name)
	b.markParts(root, false, name, m.Encoding, m.PrefixEncoding, m.ItemEncoding)
}

// mark notes how a member is encoded in a media type, and returns it, nil where there is no such member.
func (r *shapeRoot) mark(name string, e *spec.Encoding) *shapeNode {
	i := slices.IndexFunc(r.node.members, func(m *shapeMember) bool { return m.name == e.Name })
	if i < 0 {
		return nil
	}
	if mark := encodingMarks(name, e, r.node.members[i].node); mark != "" && !strings.Contains(r.marks[e.Name], mark) {
		r.marks[e.Name] = joinMarks(r.marks[e.Name], mark)
	}
	return r.node.members[i].node
}

func joinMarks(marks ...string) string {
	return strings.Join(slices.DeleteFunc(marks, func(m string) bool { return m == "" }), " ")
}

// reportEncoding warns of what an encoding asks for and nobody checks; typed says that its header fields have types, inner that it is a part inside of a
// part.
func (b *builder) reportEncoding(name string, e *spec.Encoding, typed, inner bool) {
	if len(e.Headers) > 0 && inner {
		b.warn(e.Headers[0].Loc, classUnenforced, "headers of a part inside of a part are not checked: those of a file are kept in its Header", "check them in the handler")
		return
	}
	if len(e.Headers) > 0 && isMultipart(name) && !typed {
		b.warn(e.Headers[0].Loc, classUnenforced, "headers of this part are not checked, as more is said of all parts together than their types: those of a file are kept in its Header",
			"check them in the handler")
	}
	if len(e.Headers) > 0 && e.Styled && mediaType(name) == "multipart/form-data" {
		b.warn(e.Loc, classUnenforced, "the style of a part that has header fields is not followed: it is sent by its media type", "leave out the headers or the style")
	}
}

// encodingMarks are the marks of a member of a form, or of a part (OpenAPI 3.1 section 4.8.15): in a form, contentType counts where
// nothing is said of a style.
func encodingMarks(name string, e *spec.Encoding, n *shapeNode) string {
	if isMultipart(name) {
		if isStyledPart(name, e) {
			return styleMark(e, n)
		}
		return partMarks(e.ContentType, n)
	}
	if name != formMedia {
		return ""
	}
	mark := ""
	switch {
	case !e.Styled && n.structured() && spec.IsJSON(mediaType(e.ContentType)):
		mark = "json"
	case !e.Styled || !n.structured() || e.Style == "deepObject":
	case e.Explode && n.kinds["object"] && e.Style == "form":
		mark = "flat"
	case !e.Explode:
		mark = joinedMarks[e.Style]
	}
	if e.AllowReserved {
		return joinMarks(mark, "reserved")
	}
	return mark
}

// isStyledPart reports whether a part is written like a parameter of the query, whatever its media type is said to be (OpenAPI 3.1 section
// 4.8.15.1.2). The headers of a part make it one of its own kind, whose style reportEncoding tells of.
func isStyledPart(name string, e *spec.Encoding) bool {
	return e != nil && e.Styled && name == "multipart/form-data" && len(e.Headers) == 0
}

// styleMark is the mark of such a part. A list with explode is a part for each item, as it is without a style, and nothing has to be
// escaped in a part, so that allowReserved changes nothing.
func styleMark(e *spec.Encoding, n *shapeNode) string {
	switch {
	case !n.structured() || n.holdsFiles():
	case e.Style == "deepObject":
		if n.kinds["object"] {
			return "deep"
		}
	case !e.Explode:
		return joinedMarks[e.Style]
	case e.Style == "form" && n.kinds["object"]:
		return "flat"
	}
	return ""
}

// joinedMarks are the marks of the styles that write an array of a form as one text.
var joinedMarks = map[string]string{"form": "comma", "spaceDelimited": "space", "pipeDelimited": "pipe", "tabDelimited": "tab"}

// typeMark is the mark for the media types of a part, "" where they are those that it has anyhow.
func typeMark(contentType string, n *shapeNode) string {
	byDefault := n.structured() && !n.holdsFiles() && spec.IsJSON(mediaType(contentType)) || n.scalar() && mediaType(contentType) == "text/plain"
	if contentType == "" || byDefault {
		return ""
	}
	var marks []string
	for name := range strings.SplitSeq(strings.ToLower(contentType), ",") {
		marks = append(marks, "type="+quote(strings.TrimSpace(name)))
	}
	return joinMarks(marks...)
}

func (n *shapeNode) holdsFiles() bool {
	return n.kinds["file"] || n.items != nil && n.items.kinds["file"]
}

// xmlOf returns what a schema, or the one that it comes down to, says of XML.
func (l *shaper) xmlOf(s *spec.Schema) *spec.XML {
	if s.XML != nil {
		return s.XML
	}
	core, _ := l.b.settle(s)
	return core.XML
}

// xmlMarks are the marks of a place for values of a schema; name is what they would be called without.
func (l *shaper) xmlMarks(s *spec.Schema, n *shapeNode, name string) string {
	x := l.xmlOf(s)
	if !l.xml || x == nil {
		return ""
	}
	if core, _ := l.b.settle(s); n.name != "" && l.xmlOf(core) == x { // the shape that is referred to says it
		return ""
	}
	return l.marksOf(x, n, name)
}

func (l *shaper) marksOf(x *spec.XML, n *shapeNode, name string) string {
	var marks []string
	if x.Name != "" && x.Name != name {
		marks = append(marks, "xml="+shapeWord(x.Name))
	}
	if x.Namespace != "" {
		marks = append(marks, "ns="+shapeWord(x.Namespace))
	}
	if x.Prefix != "" {
		marks = append(marks, "prefix="+shapeWord(x.Prefix))
	}
	list := n.kinds["array"] && !n.kinds["object"]
	switch {
	case x.NodeType == "element" && list:
		marks = append(marks, "wrapped")
	case x.NodeType == "none" && !list && n.kinds["object"]:
		marks = append(marks, "none")
	case x.NodeType == "attribute" || x.NodeType == "text" || x.NodeType == "cdata":
		marks = append(marks, x.NodeType)
	}
	return joinMarks(marks...)
}

// rootMarks are those of a whole body: the root is called as the schema says, or like the component.
func (l *shaper) rootMarks(r *shapeRoot, entry string) string {
	if !r.xml {
		return ""
	}
	core, _ := l.b.settle(r.schema)
	x := l.xmlOf(r.schema)
	if x == nil {
		x = new(spec.XML)
	}
	if r.node.name != "" && l.xmlOf(core) == x {
		return ""
	}
	if x.Name == "" {
		named := *x
		if named.Name = r.schema.Name; named.Name == "" {
			named.Name = core.Name
		}
		x = &named
	}
	return l.marksOf(&spec.XML{Name: x.Name, Namespace: x.Namespace, Prefix: x.Prefix}, r.node, entry)
}

// itemMarks are those of the items of an array. In a body that is an array, items are called like their component.
func (l *shaper) itemMarks(s *spec.Schema, n *shapeNode, root bool) string {
	if s == nil {
		return ""
	}
	marks := l.xmlMarks(s, n, "")
	core, _ := l.b.settle(s)
	if root && l.xml && l.xmlOf(s) == nil && core.Name != "" {
		marks = "xml=" + shapeWord(core.Name)
	}
	return marks
}
