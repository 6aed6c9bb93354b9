package spec

import (
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
)

// pathVariable is a variable of a path, and what its notation says of its values.
type pathVariable struct {
	name    string
	several bool   // it takes one segment or more
	pattern string // of its values, ECMA-262; "" for none
	kind    string // the type of its values, of those of JSON Schema, or "uuid"; "" for none
}

// plainName is what stands in the braces of most paths: no notation but the standard's has to be thought of.
var plainName = regexp.MustCompile(`^[\pL\pN_$-][\pL\pN_$.-]*$`)

// expression reads what stands in braces.
func (r *templateReader) expression(text string) {
	if plainName.MatchString(text) && !strings.HasSuffix(text, "...") {
		r.variable(pathVariable{name: text})
		return
	}
	inside := strings.TrimSpace(text)
	if doubled(inside) {
		inside = strings.TrimSpace(inside[1 : len(inside)-1])
	}
	if inside == "" {
		name := r.nameless()
		r.warn("a variable of the path has no name; it is called "+quote(name), "write a name into the braces")
		r.variable(pathVariable{name: name})
		return
	}
	if name, marked := severalMark(text); r.isDeclared(text) && !marked {
		r.variable(pathVariable{name: text}) // any character but braces may stand in a name (OpenAPI 3.2 section 4.8.2)
		return
	} else if r.isDeclared(text) {
		r.t.also[text] = name // the mark is not part of the name in Go
	}
	operator, list := operatorOf(inside)
	switch operator {
	case '?', '&':
		r.intoQuery(text, list)
		return
	case '#':
		r.warn(quote("{"+text+"}")+" is a fragment, which no request has; it is left out", "remove it")
		return
	}
	names := strings.Split(list, ",")
	if patternOf(list) {
		names = []string{list} // its commas are those of the pattern
	}
	for i, one := range names {
		v := readVariable(one, r.parameters())
		v.several = v.several || operator == '+' || operator == '*'
		r.literal(separator(operator, i, v.name))
		r.warn(quote("{"+text+"}")+" is no variable of the standard; it is read as the parameter "+quote(v.name)+r.taking(v), remedyOf(v))
		r.variable(v)
	}
}

// remedyOf says how the standard has a variable.
func remedyOf(v pathVariable) string {
	switch {
	case v.several:
		return "write {" + v.name + "}, if one segment is enough: the standard has no variable that takes more"
	case v.pattern != "":
		return "write {" + v.name + "}, and the pattern into the schema of the parameter"
	}
	return "write {" + v.name + "}"
}

// separator is what stands before the variable at position i of an expression (RFC 6570 section 3.2.1).
func separator(operator byte, i int, name string) string {
	switch {
	case operator == '/' || operator == '.':
		return string(operator)
	case operator == ';':
		return ";" + name + "="
	case i > 0:
		return ","
	}
	return ""
}

// taking tells what a variable takes beyond a segment.
func (r *templateReader) taking(v pathVariable) string {
	switch {
	case v.several && v.pattern != "":
		return ", which takes several segments that match " + quote(v.pattern)
	case v.several:
		return ", which takes several segments"
	case v.pattern != "":
		return ", which has to match " + quote(v.pattern)
	}
	return ""
}

// intoQuery reads {?name,other*}, which are parameters of the query (RFC 6570 section 3.2.8).
func (r *templateReader) intoQuery(text, list string) {
	r.tellOfPath("path-query", "the path has a query, {"+text+"}, which no path can have; it is left out", "declare parameters of the query")
	if r.t.cut == nil {
		r.t.cut = map[string]string{}
	}
	for one := range strings.SplitSeq(list, ",") {
		name := readVariable(one, r.parameters()).name
		r.t.cut[name] = name
	}
}

// operatorOf cuts the operator of an expression off (RFC 6570 section 2.2), and the asterisks of a catch-all of ASP.NET; 0 for none.
func operatorOf(text string) (operator byte, list string) {
	if rest := strings.TrimLeft(text, "*"); rest != text && rest != "" {
		return '*', rest
	}
	if len(text) > 1 && strings.IndexByte("+#./;?&", text[0]) >= 0 && strings.Trim(text, ".") != "" {
		return text[0], strings.TrimSpace(text[1:])
	}
	return 0, text
}

// severalMark cuts the mark off that says that a variable takes several segments: {proxy+} of AWS, {path*}, {path...} of net/http, {*path}.
func severalMark(text string) (name string, marked bool) {
	for _, mark := range []string{"+", "**", "*", "..."} {
		if name, ok := strings.CutSuffix(text, mark); ok && name != "" {
			return name, true
		}
	}
	if name := strings.TrimLeft(text, "*"); name != text && name != "" {
		return name, true
	}
	return text, false
}

// patternOf reports what is a name and a pattern, which may hold any character: {id:[0-9]{2,3}}, {id<\d+>}, {name=projects/*}.
func patternOf(text string) bool {
	i := strings.IndexAny(text, ":<=")
	return i > 0 && plainName.MatchString(strings.TrimRight(strings.TrimLeft(text[:i], " +*"), " "))
}

// readVariable reads a name with what may stand behind it.
func readVariable(text string, declared map[string]*node) (v pathVariable) {
	text = strings.TrimSpace(text)
	if _, marked := severalMark(text); declared[text] != nil && !marked {
		return pathVariable{name: text}
	}
	name, rest := text, ""
	i := strings.IndexAny(text, ":<=")
	if i > 0 {
		name, rest = strings.TrimSpace(text[:i]), strings.TrimSpace(text[i+1:])
	}
	v.name, v.several = severalMark(strings.TrimSuffix(name, "?"))
	if v.several && name[len(name)-1] == '*' && structuredParameter(declared[v.name]) {
		v.several = false // it explodes (RFC 6570 section 3.2.1), which in a path is what the style says
	}
	switch {
	case i <= 0:
	case text[i] == ':':
		v.convert(rest)
	case text[i] == '<':
		v.match(strings.TrimSuffix(strings.TrimSuffix(rest, "?"), ">"))
	case strings.Contains(rest, "*"): // of gRPC: what else stands there is a default of ASP.NET
		v.match(globPattern(rest))
	}
	return v
}

// structuredParameter reports whether a parameter is declared to be a list or an object.
func structuredParameter(p *node) bool {
	if p == nil {
		return false
	}
	for _, at := range []*node{p, p.get("schema").end()} {
		if kind := at.value("type"); kind == "array" || kind == "object" {
			return true
		}
	}
	return false
}

// globPattern makes a pattern of "projects/*/things/**": an asterisk is a segment, two are any number of them.
func globPattern(glob string) string {
	var b strings.Builder
	for i, part := range strings.Split(glob, "/") {
		if i > 0 {
			b.WriteString("/")
		}
		switch part {
		case "*":
			b.WriteString("[^/]+")
		case "**":
			b.WriteString(".+")
		default:
			b.WriteString(regexp.QuoteMeta(part))
		}
	}
	return b.String()
}

// converters are the words that routers have for types: those of ASP.NET, Starlette and Flask.
var converters = map[string]string{
	"int": "integer", "integer": "integer", "long": "integer", "float": "number", "double": "number", "decimal": "number", "number": "number",
	"bool": "boolean", "boolean": "boolean", "uuid": "uuid", "guid": "uuid",
}

// converterList is one word or several of ASP.NET, some with arguments: int, minlength(4):alpha, path.
var converterList = regexp.MustCompile(`^[a-z]+(?:\([^()]*\))?(?::[a-z]+(?:\([^()]*\))?)*\??$`)

// convert reads what stands behind the colon of a variable: the name of a converter, or a pattern.
func (v *pathVariable) convert(text string) {
	if pattern, ok := strings.CutPrefix(text, "regex("); ok && strings.HasSuffix(pattern, ")") {
		v.match(strings.TrimSuffix(pattern, ")"))
		return
	}
	if !converterList.MatchString(text) {
		if strings.Trim(text, "0123456789") != "" { // digits are the prefix modifier of RFC 6570
			v.match(text)
		}
		return
	}
	words := strings.FieldsFunc(text, func(c rune) bool { return c == ':' || c == '?' })
	v.several = v.several || slices.Contains(words, "path")
	for _, word := range words {
		if kind := converters[word]; kind != "" {
			v.kind = kind
		}
	}
}

// match takes a pattern for the values. One that lets a slash pass makes the variable take several segments, as the routers that have
// patterns do. One that lets everything pass says nothing else.
func (v *pathVariable) match(pattern string) {
	pattern = strings.TrimPrefix(pattern, "^")
	if plain := strings.TrimSuffix(pattern, "$"); (len(plain)-len(strings.TrimRight(plain, `\`)))%2 == 0 { // else that is one of the text
		pattern = plain
	}
	if pattern == "" {
		return
	}
	if tree, err := syntax.Parse(pattern, syntax.Perl); err == nil && takesSlash(tree) {
		v.several = true
	}
	switch strings.Trim(pattern, "()") {
	case ".*", ".+", ".*?", ".+?", "[^/]+", "[^/]*":
	default:
		v.pattern = "^(?:" + pattern + ")$"
	}
}

// takesSlash reports whether a slash is among what an expression matches.
func takesSlash(e *syntax.Regexp) bool {
	switch e.Op {
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return true
	case syntax.OpLiteral:
		return slices.Contains(e.Rune, '/')
	case syntax.OpCharClass:
		for i := 0; i+1 < len(e.Rune); i += 2 {
			if e.Rune[i] <= '/' && '/' <= e.Rune[i+1] {
				return true
			}
		}
	}
	return slices.ContainsFunc(e.Sub, takesSlash)
}

// digitPatterns are those of integers that are not negative.
var digitPatterns = []string{"^(?:[0-9]+)$", `^(?:\d+)$`}

// apply makes a parameter keep to what the path says of its values.
func (v pathVariable) apply(l *lifter, n *node, p *Parameter) {
	if v.pattern == "" {
		return
	}
	says := &Schema{Loc: p.Loc}
	switch kinds := typesOf(n); {
	case p.ContentType == "" && (len(kinds) == 0 || slices.Contains(kinds, "string")):
		says.Types, says.Pattern = []string{"string"}, v.pattern
	case p.ContentType == "" && slices.Equal(kinds, []string{"integer"}) && slices.Contains(digitPatterns, v.pattern):
		says.Types, says.Minimum = kinds, &Literal{Loc: p.Loc, JSON: "0"}
	default:
		l.warn(n, classTemplate, "the pattern "+quote(v.pattern)+" of the path is not checked, as the values of the parameter "+quote(p.Name)+" are no strings",
			"say it in the schema")
		return
	}
	p.Schema = &Schema{Loc: p.Schema.Loc, AllOf: []*Schema{p.Schema, says}}
}

// typesOf are the types that the schema of a parameter names.
func typesOf(n *node) (kinds []string) {
	types := n.get("schema").end().get("type")
	if types == nil {
		types = n.get("type") // OpenAPI 2.0
	}
	if types == nil {
		return nil
	}
	if types.shape == shapeText {
		return []string{types.text}
	}
	for _, item := range types.items() {
		kinds = append(kinds, item.text)
	}
	return kinds
}

// schema is that of a parameter that nobody declares, and what its values are called.
func (v pathVariable) schema(loc Location) (s *Schema, what string) {
	s = &Schema{Loc: loc, Types: []string{"string"}, Pattern: v.pattern}
	switch v.kind {
	case "integer":
		s.Types, what = []string{v.kind}, "an integer"
	case "number", "boolean":
		s.Types, what = []string{v.kind}, "a "+v.kind
	case "uuid":
		s.Format, what = v.kind, "a UUID"
	default:
		what = "a string"
	}
	return s, what
}
