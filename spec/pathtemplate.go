package spec

import (
	"regexp"
	"strconv"
	"strings"
)

// templateReader makes a path of the standard, of variables in braces, of what a document has: it knows the notations of RFC 6570 and of the
// routers that people are used to, and mends braces. In the path that it makes, a variable that takes several segments has three
// dots behind its name, as in net/http.
type templateReader struct {
	l        *lifter
	t        *template
	rest     string           // of the key, not yet read
	out      strings.Builder  // the path
	shape    strings.Builder  // template.shape
	several  bool             // there is a variable that takes several segments
	notes    int              // warnings so far
	declared map[string]*node // parameters of the path by their names; nil: not yet looked for
}

// variables reads the path of t, and what it says about parameters.
func (l *lifter) variables(t *template) {
	t.has, t.also = map[string]bool{}, map[string]string{}
	r := &templateReader{l: l, t: t, rest: t.path}
	for r.rest != "" && len(t.names) <= maxPathParameters {
		switch r.rest[0] {
		case '{':
			r.brace()
		case '}':
			r.strayBrace()
		case '/':
			r.literal("/")
			r.rest = r.rest[1:]
			r.segment()
		default:
			n := 1 + until(r.rest[1:], "{}/")
			r.literal(r.rest[:n])
			r.rest = r.rest[n:]
		}
	}
	if len(t.names) > maxPathParameters {
		l.fail(t.at, "limit", "the path has more than "+count(maxPathParameters)+" parameters", "move some to the query or the body")
	}
	t.path, t.shape = r.out.String(), r.shape.String()
	if strings.Contains(t.path, "//") {
		l.warn(t.at, classTemplate, "the path has an empty segment; it is served as it is written", "remove one of the slashes")
	}
}

// classTemplate is the class of what is told about notations.
const classTemplate = "path-template"

func (r *templateReader) literal(text string) {
	r.out.WriteString(text)
	r.shape.WriteString(oneSpelling(text))
}

// oneSpelling is a text of a path as it is the same for all that a router, which decodes it, takes for the same (RFC 3986 section 6.2.2).
func oneSpelling(text string) string {
	if !strings.Contains(text, "%") {
		return text
	}
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		c := text[i]
		if c == '%' && i+2 < len(text) {
			if code, err := strconv.ParseUint(text[i+1:i+3], 16, 8); err == nil {
				c = byte(code)
				i += 2
				if c == '/' { // is none that divides
					b.WriteString("%2F")
					continue
				}
			}
		}
		switch c {
		case '%', '{', '}':
			b.WriteString("%" + strings.ToUpper(strconv.FormatUint(uint64(c), 16)))
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// maxNotes is how much is told of one path, and mended in it.
const maxNotes = 100

func (r *templateReader) warn(what, remedy string) { r.tellOfPath(classTemplate, what, remedy) }

func (r *templateReader) tellOfPath(class, what, remedy string) {
	if r.notes++; r.notes <= maxNotes {
		r.l.warn(r.t.at, class, what, remedy)
	}
}

// until is how much of text stands before any of the characters.
func until(text, chars string) int {
	if i := strings.IndexAny(text, chars); i >= 0 {
		return i
	}
	return len(text)
}

// brace reads what begins with an open brace.
func (r *templateReader) brace() {
	text, next, closed := cutBraces(r.rest)
	if closed && (!strings.ContainsAny(text, "{}") || patternOf(text) || doubled(text)) {
		r.rest = next
		r.expression(text)
		return
	}
	text = r.rest[1:]
	text = text[:until(text, "{}/")]
	if behind := r.rest[1+len(text):]; r.isDeclared(text) && (behind == "" || behind[0] == '/') {
		r.tellOfPath("path-braces", "the path has an open brace; it is closed behind "+quote(text), "close it")
		r.rest = behind
		r.variable(pathVariable{name: text})
		return
	}
	r.tellOfPath("path-braces", "the path has an open brace, which stands for itself", "close it")
	r.literal("%7B") // so that it never gets the closing brace of something else
	r.rest = r.rest[1:]
}

// strayBrace reads a closing brace without an open one.
func (r *templateReader) strayBrace() {
	made := r.out.String()
	tail := max(0, len(made)-longestNotation)
	start := tail + strings.LastIndexAny(made[tail:], "{}/") + 1
	name := made[start:]
	r.rest = r.rest[1:]
	if !strings.HasPrefix(made[max(0, start-1):], "/") || !r.isDeclared(name) {
		r.tellOfPath("path-braces", "the path has a closing brace, which stands for itself", "open it")
		r.literal("%7D")
		return
	}
	r.tellOfPath("path-braces", "the path has a closing brace; it is opened before "+quote(name), "open it")
	shape := strings.TrimSuffix(r.shape.String(), oneSpelling(name))
	r.out.Reset()
	r.shape.Reset()
	r.out.WriteString(made[:start])
	r.shape.WriteString(shape)
	r.variable(pathVariable{name: name})
}

// longestNotation bounds what stands in braces.
const longestNotation = 500

// cutBraces cuts what stands in the braces that text begins with. Braces inside of it come in pairs, as those of patterns do.
func cutBraces(text string) (inside, rest string, closed bool) {
	depth := 0
	for i := 0; i < len(text) && i < longestNotation; i++ {
		switch text[i] {
		case '\\':
			i++
		case '{':
			depth++
		case '}':
			if depth--; depth == 0 {
				return text[1:i], text[i+1:], true
			}
		}
	}
	return "", text, false
}

// doubled reports {name} in braces once more, as template engines have it.
func doubled(text string) bool {
	return len(text) > 2 && text[0] == '{' && text[len(text)-1] == '}' && !strings.ContainsAny(text[1:len(text)-1], "{}")
}

// These are the segments that other routers take for variables: ":id" and "<int:id>".
var (
	colonSegment = regexp.MustCompile(`^:([A-Za-z_]\w*)$`)
	angleSegment = regexp.MustCompile(`^<(?:([a-z]+)(?:\([^<>]*\))?:)?([A-Za-z_]\w*)>$`)
)

// segment reads a segment that is a variable of another notation, if a parameter says so: else it is text, as the standard has it.
func (r *templateReader) segment() {
	text := r.rest[:until(r.rest, "/")]
	v := pathVariable{}
	if m := colonSegment.FindStringSubmatch(text); m != nil {
		v.name = m[1]
	} else if m := angleSegment.FindStringSubmatch(text); m != nil {
		v.name = m[2]
		v.convert(m[1])
	}
	switch {
	case v.name == "":
	case r.isDeclared(v.name) && !strings.Contains(r.t.path, "{"+v.name+"}"):
		r.warn(quote(text)+" is no variable by the standard; it is read as the parameter "+quote(v.name)+r.taking(v), remedyOf(v))
		r.rest = r.rest[len(text):]
		r.variable(v)
	default:
		r.warn(quote(text)+" is no variable by the standard, and no parameter is called "+quote(v.name)+"; it is served as it is written",
			"write {"+v.name+"}, if that is meant, and declare the parameter")
	}
}

// isDeclared reports whether the path has a parameter of that name.
func (r *templateReader) isDeclared(name string) bool {
	return r.notes < maxNotes && r.parameters()[name] != nil
}

// parameters are those of the path and its operations that stand in the path, by their names.
func (r *templateReader) parameters() map[string]*node {
	if r.declared != nil {
		return r.declared
	}
	r.declared = map[string]*node{}
	add := func(list *node) {
		for _, item := range list.end().items() {
			if p := item.end(); !item.dead() && In(p.value("in")) == InPath {
				r.declared[p.value("name")] = p
			}
		}
	}
	for _, kid := range itemMembers(r.t.at) {
		switch {
		case kid.key == "parameters":
			add(kid)
		case kid.key == "additionalOperations":
			for _, op := range r.l.kids(kid) {
				add(op.end().get("parameters"))
			}
		case methods[kid.key]:
			add(kid.end().get("parameters"))
		}
	}
	return r.declared
}

// variable puts a variable into the path.
func (r *templateReader) variable(v pathVariable) {
	t := r.t
	if name, marked := strings.CutSuffix(v.name, "..."); marked && name != "" {
		t.also[v.name], v.name, v.several = name, name, true
	}
	if strings.Contains(v.name, "/") {
		name := strings.ReplaceAll(v.name, "/", "_")
		r.warn("the name "+quote(v.name)+" of a variable has a slash, which divides segments; it is called "+quote(name), "choose a name without one")
		t.also[v.name], v.name = name, name
	}
	if v.several && !r.alone() {
		v.several = false
		r.warn("the variable "+quote(v.name)+" takes one segment, as it shares its own with another variable, or is not the only one that takes several", "give it segments of its own")
	}
	r.out.WriteString("{" + v.name)
	r.shape.WriteString("{")
	if v.several {
		r.several = true
		r.out.WriteString("...")
		r.shape.WriteString("...")
	}
	r.out.WriteString("}")
	r.shape.WriteString("}")
	if t.has[v.name] {
		r.warn("the variable "+quote(v.name)+" stands twice in the path; the first one counts, and the client writes both", "give one of them a name of its own")
		return
	}
	t.has[v.name] = true
	t.names = append(t.names, v.name)
	if v.pattern != "" || v.kind != "" {
		if t.says == nil {
			t.says = map[string]pathVariable{}
		}
		t.says[v.name] = v
	}
}

// alone reports whether a variable at this place may take several segments: it is the only one of its segment, and of its kind.
func (r *templateReader) alone() bool {
	made := r.out.String()
	made = made[strings.LastIndexByte(made, '/')+1:]
	behind := r.rest[:until(r.rest, "/")]
	return !r.several && !strings.Contains(made, "{") && !strings.Contains(behind, "{")
}

// nameless is a name for a variable without one: that of the parameter that is not used otherwise, if there is one.
func (r *templateReader) nameless() string {
	found := ""
	for name := range r.parameters() {
		if name == "" || strings.Contains(r.t.path, "{"+name) {
			continue
		}
		if found != "" {
			found = ""
			break
		}
		found = name
	}
	for i := len(r.t.names) + 1; found == ""; i++ {
		if name := "param" + strconv.Itoa(i); !r.t.has[name] && !r.isDeclared(name) {
			found = name
		}
	}
	return found
}
