package spec

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// scanYAML parses the first document of the text of f. Scalars are those of YAML 1.2 (no is a string), merge keys are
// followed, and aliases become copies, as many as the limits allow.
func scanYAML(f *file, b *budget) (*node, []fault) {
	src := &yamlSource{file: f, budget: b}
	src.text, src.faults = blankControls(f.text)
	if bad := src.bound(); bad != nil {
		return nil, append(src.faults, *bad)
	}
	tree, bad := src.parse()
	if bad != nil {
		return nil, append(src.faults, *bad)
	}
	if tree == nil {
		return nil, append(src.faults, fault{Error, "syntax", "the document is empty", "write an OpenAPI document", 0, nil})
	}
	src.lines = yamlLines(src.text)
	n := src.convert(tree, 0)
	if src.failed != nil {
		return nil, append(src.faults, *src.failed)
	}
	return n, src.faults
}

// yamlSource is one YAML file on its way to nodes.
type yamlSource struct {
	file    *file
	budget  *budget
	text    string      // what yaml.v3 is given: the text with its dislikes patched
	patches []yamlPatch // where it differs from the text of the file
	shifts  []int       // sums of the deltas of patches
	lines   []int       // as yaml.v3 counts them
	faults  []fault
	failed  *fault

	line  int   // where seek was last
	marks []int // offsets of every stride-th character of that line

	expanding map[*yaml.Node]bool  // aliases being copied
	copies    int                  // depth of copies
	copied    map[*yaml.Node]int32 // offsets of what was copied
	told      map[faultPlace]bool
}

// bound refuses text that could only become more nodes than the limit: yaml.v3 itself knows no bound.
func (s *yamlSource) bound() *fault {
	n := strings.Count(s.text, "\n") + strings.Count(s.text, ",") + strings.Count(s.text, "- ") + strings.Count(s.text, ": ")
	if n/4 > s.budget.limits.Nodes {
		return s.budget.tooMany(0)
	}
	return nil
}

// maxYAMLPatches and maxYAMLPatchBytes bound how often a file is parsed again.
const (
	maxYAMLPatches    = 200
	maxYAMLPatchBytes = 256 << 20
)

// parse hands the text to yaml.v3, which refuses some of what YAML 1.2 allows: where it does, the text is patched.
func (s *yamlSource) parse() (*yaml.Node, *fault) {
	for try := 0; ; try++ {
		tree, more, err := decodeYAML(s.text)
		if err == nil {
			if more {
				s.faults = append(s.faults, fault{Warning, "yaml-documents", "the file holds more than one YAML document; only the first is read", "keep one document a file", 0, nil})
			}
			return tree, nil
		}
		line, what := yamlProblem(err)
		if try < min(maxYAMLPatches, maxYAMLPatchBytes/len(s.text)) && s.patchEscapes(line, what) {
			continue
		}
		return nil, s.syntaxFault(line, what)
	}
}

func (s *yamlSource) syntaxFault(line int, what string) *fault {
	off := 0
	if lines := yamlLines(s.text); line >= 1 && line <= len(lines) {
		for end := len(strings.TrimRight(s.text, " \t\r\n")); line > 1 && lines[line-1] >= end; {
			line-- // the end has been met
		}
		off = lines[line-1]
		for off < len(s.text) && s.text[off] == ' ' {
			off++
		}
	}
	remedy := "look at this line and the one before: indentation, quotes, colons"
	if strings.Contains(what, "cannot start any token") {
		remedy = "indent with spaces, and quote values that begin with %, @ or `"
	}
	if strings.Contains(what, "escape") {
		remedy = `in double quotes write / for \/, and characters themselves for surrogate pairs`
	}
	if _, closer, ok := strings.Cut(what, "',' or "); ok {
		remedy = "what begins in this line, or in one before it, lacks a comma or its " + closer
	}
	return &fault{Error, "syntax", "not YAML: " + what, remedy, s.original(off), nil}
}

// decodeYAML parses the first document and tells whether there are more.
func decodeYAML(text string) (tree *yaml.Node, more bool, err error) {
	defer func() {
		if r := recover(); r != nil { // yaml.v3 has indexed out of range on hostile input before
			tree, err = nil, fmt.Errorf("%v", r)
		}
	}()
	dec := yaml.NewDecoder(bytes.NewReader([]byte(text)))
	var doc yaml.Node
	if err := dec.Decode(&doc); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, false, nil
		}
		return nil, false, err
	}
	var next yaml.Node
	more = !errors.Is(dec.Decode(&next), io.EOF)
	if len(doc.Content) == 0 {
		return nil, more, nil
	}
	return doc.Content[0], more, nil
}

// yamlParserProblem are the problems that yaml.v3's parser finds, and not its scanner.
var (
	yamlLine          = regexp.MustCompile(`line (\d+): `)
	yamlParserProblem = regexp.MustCompile(`did not find expected (<|node content|'[,-]|key)`)
)

// yamlProblem takes an error of yaml.v3 apart.
func yamlProblem(err error) (line int, what string) {
	what = strings.TrimPrefix(err.Error(), "yaml: ")
	if m := yamlLine.FindStringSubmatchIndex(what); m != nil {
		line, _ = strconv.Atoi(what[m[2]:m[3]])
		what = what[:m[0]] + what[m[1]:]
		if yamlParserProblem.MatchString(what) {
			line++ // yaml.v3 counts the lines of these from 0: where the collection begins, or what was found in place of what it needs
		}
	} else {
		line = 1
	}
	return line, strings.TrimSpace(strings.ReplaceAll(what, "\n", " "))
}

// convert makes a node of y and all below.
func (s *yamlSource) convert(y *yaml.Node, depth int) *node {
	off, known := s.copied[y]
	if !known {
		off = s.seek(y.Line, y.Column)
	}
	if s.failed != nil {
		return nil
	}
	if depth > s.budget.limits.Depth {
		s.failed = s.budget.tooDeep(off)
		return nil
	}
	if y.Kind == yaml.AliasNode {
		return s.expand(y.Alias, depth, off)
	}
	if s.copies > 0 && !known { // a copy is made more than once as a rule, from far away
		if s.copied == nil {
			s.copied = map[*yaml.Node]int32{}
		}
		s.copied[y] = off
	}
	if s.failed = s.budget.take(off); s.failed != nil {
		return nil
	}
	if s.copies > 0 && !s.copy(off) {
		return nil
	}
	n := &node{file: s.file, off: off}
	switch y.Kind {
	case yaml.MappingNode:
		n.shape = shapeObject
		s.members(n, y, depth)
	case yaml.SequenceNode:
		n.shape = shapeList
		for i, item := range y.Content {
			kid := s.convert(item, depth+1)
			if kid == nil {
				return nil
			}
			kid.parent, kid.index = n, int32(i)
			n.kids = append(n.kids, kid)
		}
	default:
		s.scalar(n, y)
	}
	if s.failed != nil {
		return nil
	}
	return n
}

// copy counts one value that an alias or a merge key stands for. It returns false once there are too many.
func (s *yamlSource) copy(off int32) bool {
	if s.budget.aliases++; s.budget.aliases > s.budget.limits.Aliases && s.failed == nil {
		s.failed = &fault{Error, "limit", "aliases stand for more than " + count(s.budget.limits.Aliases) + " values", "use $ref in place of YAML aliases", off, nil}
	}
	return s.failed == nil
}

// expand copies what an alias stands for.
func (s *yamlSource) expand(target *yaml.Node, depth int, off int32) *node {
	if target == nil || s.expanding[target] {
		s.failed = &fault{Error, "alias-ring", "an alias stands inside of what it stands for", "use $ref for what is recursive", off, nil}
		return nil
	}
	if s.expanding == nil {
		s.expanding = map[*yaml.Node]bool{}
	}
	s.expanding[target] = true
	s.copies++
	n := s.convert(target, depth)
	s.copies--
	delete(s.expanding, target)
	return n
}

// faultPlace is what a fault is, wherever aliases copy it to.
type faultPlace struct {
	class string
	off   int32
}

// tell records a fault once: what is wrong where an anchor stands is so in each copy, too. One in the name of a member is told of the first copy,
// as what is no scalar is not looked at there.
func (s *yamlSource) tell(f fault) {
	at := faultPlace{f.class, f.off}
	if s.told[at] {
		return
	}
	if s.told == nil {
		s.told = map[faultPlace]bool{}
	}
	s.told[at] = true
	s.faults = append(s.faults, f)
}

func (s *yamlSource) members(object *node, y *yaml.Node, depth int) {
	m := memberList{object: object}
	var merges []*yaml.Node
	for i := 0; i+1 < len(y.Content); i += 2 {
		name, value := y.Content[i], y.Content[i+1]
		keyOff := s.seek(name.Line, name.Column)
		if name.Kind == yaml.AliasNode {
			name = name.Alias
		}
		if name.Kind != yaml.ScalarNode {
			s.tell(fault{Warning, "yaml-key", "the name of a member is no scalar; the member is left out", "use a plain name", keyOff, object})
			continue
		}
		if name.ShortTag() == "!!merge" {
			merges = append(merges, value)
			continue
		}
		kid := s.convert(value, depth+1)
		if kid == nil {
			return
		}
		kid.key, kid.keyOff = name.Value, keyOff
		if !m.put(kid) {
			s.tell(duplicateKey(kid))
		}
	}
	for _, value := range merges {
		s.merge(&m, value, depth)
	}
}

// merge adds the members of a merge key that the object does not have itself.
func (s *yamlSource) merge(m *memberList, value *yaml.Node, depth int) {
	from := value
	if from.Kind == yaml.AliasNode {
		from = from.Alias
	}
	if from != nil && from.Kind == yaml.SequenceNode {
		for _, item := range from.Content {
			if item.Kind == yaml.SequenceNode || depth > s.budget.limits.Depth {
				continue
			}
			s.merge(m, item, depth+1)
		}
		return
	}
	before := len(s.faults)
	n := s.convert(value, depth)
	if n == nil {
		return
	}
	for i, f := range s.faults[before:] {
		if f.of == n { // which stands nowhere itself
			s.faults[before+i].of = m.object
		}
	}
	if n.shape != shapeObject {
		off := s.seek(value.Line, value.Column)
		s.tell(fault{Warning, "yaml-merge", "a merge key names no object; it is left out", "merge an alias of an object", off, m.object})
		return
	}
	for _, kid := range n.kids {
		if !s.copy(kid.off) {
			return
		}
		if m.find(kid.key) < 0 {
			m.put(kid)
		} else {
			kid.parent = m.object // for what was told of it
		}
	}
}

// scalar sets shape and text by the tag that yaml.v3 has resolved.
func (s *yamlSource) scalar(n *node, y *yaml.Node) {
	n.shape, n.text = shapeText, y.Value
	switch tag := y.ShortTag(); tag {
	case "!!null":
		n.shape = shapeNull
	case "!!bool":
		n.shape = shapeBool
	case "!!int", "!!float":
		if jsonNumber(y.Value) != "" {
			n.shape = shapeNumber
		}
	case "!!str":
		if y.Style == 0 && isJSONNumber(y.Value) { // which yaml.v3 takes for text where no float64 holds it
			n.shape = shapeNumber
		}
	case "!!timestamp", "!!binary", "!!merge", "":
	default:
		s.tell(fault{Warning, "yaml-tag", "the tag " + quote(tag) + " is ignored", "remove it", n.off, n})
	}
}
