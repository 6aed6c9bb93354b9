package golden

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/types"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/generator"
)

// comment is what may stand in a comment: nothing that a tool takes for a directive, but for the one that embeds the document.
var comment = regexp.MustCompile(`^//( |\t|$|go:embed openapi\.json$)`)

// patternRule is the name of a rule, which is made from the pattern, and statedSchema that of what a type by x-go-type is held against, after
// the first property that has such a type.
var (
	patternRule  = regexp.MustCompile(`^pattern.*Rule\d*$`)
	statedSchema = regexp.MustCompile(`^stated.Schema$`)
)

// ecma is imported for its effect alone, for any pattern that may need it: a text in one may look so.
const ecma = `"github.com/tornadogen/tornadogen/runtime/ecmaregex"`

// declarations are what files import and declare, by what it is and its name: functions with the types of their receivers, types, their
// fields and methods, variables and constants.
type declarations map[string]int

// declared lists what the files declare, and finds what no generated package has. The types of all of it are right.
func declared(t testing.TB, check *checker, files []generator.File) declarations {
	t.Helper()
	found := declarations{}
	for _, file := range check.check(t, files) {
		for _, group := range file.Comments {
			for _, c := range group.List {
				require.Regexp(t, comment, c.Text)
			}
		}
		for _, i := range file.Imports {
			if i.Name == nil || i.Name.Name != "_" || i.Path.Value != ecma {
				found["import "+i.Path.Value]++
			}
		}
		for _, d := range file.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				require.NotEqual(t, "init", d.Name.Name)
				found["func "+receiver(d)+d.Name.Name]++
			case *ast.GenDecl:
				for _, s := range d.Specs {
					found.add(s)
				}
			}
		}
	}
	return found
}

// add lists what stands in a declaration of types, variables or constants.
func (found declarations) add(s ast.Spec) {
	switch s := s.(type) {
	case *ast.TypeSpec:
		found["type "+s.Name.Name]++
		ast.Inspect(s.Type, func(n ast.Node) bool {
			if field, is := n.(*ast.Field); is {
				for _, name := range field.Names {
					found["member "+s.Name.Name+"."+name.Name]++
				}
				if len(field.Names) == 0 {
					found["member "+s.Name.Name+"."+types.ExprString(field.Type)]++
				}
			}
			return true
		})
	case *ast.ValueSpec:
		for _, n := range s.Names {
			found["value "+statedSchema.ReplaceAllString(patternRule.ReplaceAllString(n.Name, "pattern*Rule"), "stated*Schema")]++
		}
	}
}

// receiver is the type that a method is of, with a dot.
func receiver(d *ast.FuncDecl) string {
	if d.Recv == nil {
		return ""
	}
	return types.ExprString(d.Recv.List[0].Type) + "."
}

// harmlessName is the name that stands in plans, and harmlessMedia that of a media type. They have no other meaning anywhere.
const harmlessName, harmlessMedia = "wombat", "numbat"

// plan is what is declared for a document whose names and texts are harmless, and the same where the media type has a name of its own: the
// rest of its name means something in one.
type plan struct {
	document        hostile
	counted         bool // what is named has names that are not made of one name alone: there is as much of each kind
	declared, named declarations
}

func harmless(t testing.TB, check *checker) map[string]plan {
	t.Helper()
	plans := map[string]plan{
		"paths": {counted: true}, "components": {counted: true}, "keywords": {counted: true}, "security": {counted: true}, "parts": {counted: true},
	}
	for what, document := range map[string]hostile{
		"texts": hostileDocument, "extensions": hostileExtensions, "paths": hostilePaths, "components": hostileComponents,
		"keywords": hostileKeywords, "security": hostileSecurity, "parts": hostileParts,
	} {
		data := document(t, harmlessName, "plain")
		named := bytes.ReplaceAll(data, []byte("text/"+harmlessName), []byte("text/"+harmlessMedia))
		plans[what] = plan{document, plans[what].counted, declared(t, check, generated(t, check.options(), data)), declared(t, check, generated(t, check.options(), named))}
		require.Greater(t, len(plans[what].declared), 20)
	}
	return plans
}

// only gives what stands behind a prefix in what is declared, and not in a plan; "" where nothing does, or several do.
func (found declarations) only(prefix string, planned declarations) string {
	only := ""
	for what := range found {
		if rest, is := strings.CutPrefix(what, prefix); is && rest != "" && planned[what] == 0 {
			if only != "" {
				return ""
			}
			only = rest
		}
	}
	return only
}

// unplanned lists what is declared in a package for a hostile name beyond what the plan has for it: each name that the plan makes of the
// harmless one may be there as often, made of what the hostile name has become. What is not there was left out, or is the same as another.
func (p plan) unplanned(got declarations) []string {
	if p.counted {
		return p.uncounted(got)
	}
	name := got.only("func *Client.", p.named) // of the operation
	if name == "" {
		return []string{"no method of the client, or several, for the operation"}
	}
	media := got.only("type "+name+"OK", nil) // what the answer is in one of its media types
	if media == "" {
		media = name
	}
	title := func(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
	becomes := strings.NewReplacer(harmlessName, name, title(harmlessName), name, harmlessMedia, media, title(harmlessMedia), media)
	planned := map[string]int{}
	for what, n := range p.named {
		planned[folded(becomes.Replace(what))] += n
	}
	var beyond []string
	for _, what := range slices.Sorted(maps.Keys(got)) {
		for range got[what] {
			if as := plannedAs(planned, what, len(name) >= clipped); as != "" {
				planned[as]--
			} else {
				beyond = append(beyond, what)
			}
		}
	}
	return beyond
}

// uncounted lists the kinds of which more is declared than in the plan.
func (p plan) uncounted(got declarations) (beyond []string) {
	planned := p.named.kinds()
	for kind, n := range got.kinds() {
		if n > planned[kind] {
			beyond = append(beyond, fmt.Sprintf("%d of %s, not %d", n, kind, planned[kind]))
		}
	}
	return beyond
}

// kinds counts what is declared: each import by itself, and functions, methods, types, their members, and values.
func (found declarations) kinds() map[string]int {
	kinds := map[string]int{}
	for what, n := range found {
		kind, name, _ := strings.Cut(what, " ")
		switch {
		case kind == "import":
			kind = what
		case kind == "func" && strings.Contains(name, "."):
			kind = "method"
		}
		if kind == "method" && (strings.HasSuffix(name, ".MarshalJSON") || strings.HasSuffix(name, ".UnmarshalJSON")) {
			continue // see plannedAs
		}
		kinds[kind] += n
	}
	return kinds
}

// clipped is the length from which on a name may be shortened within others: words are taken out of its middle.
const clipped = 24

// plannedAs is what something that is declared is in a plan, "" if it is nothing of it.
func plannedAs(planned map[string]int, what string, long bool) string {
	kind, name, _ := strings.Cut(folded(what), " ")
	if planned[kind+" "+name] > 0 {
		return kind + " " + name
	}
	if of, method, is := strings.Cut(strings.TrimPrefix(name, "*"), "."); is && kind == "func" && strings.TrimPrefix(method, "un") == "marshaljson" {
		// A struct whose members have names that a tag cannot hold has such methods, and each once, or else its types were not right.
		if _, is := planned["type "+of]; is {
			planned[what]++
			return what
		}
	}
	if !long {
		return ""
	}
	for other, n := range planned {
		if _, whole, is := strings.Cut(other, kind+" "); is && n > 0 && isClipped(name, whole) {
			return other
		}
	}
	return ""
}

// isClipped reports whether name is whole without some of its middle.
func isClipped(name, whole string) bool {
	if len(name) < clipped/3 || len(name) > len(whole) {
		return false
	}
	head := 0
	for head < len(name) && name[head] == whole[head] {
		head++
	}
	return strings.HasSuffix(whole, name[head:])
}

// folded is something that is declared without what depends on where in an identifier a name stands, and on what else has it: whether it is
// upper case, an X before what cannot begin an identifier, and _ and numbers. Paths of imports stand as they are.
func folded(what string) string {
	if strings.HasPrefix(what, "import ") {
		return what
	}
	return strings.Map(func(r rune) rune {
		if r = unicode.ToLower(r); r == 'x' || r == '_' || unicode.IsNumber(r) {
			return -1
		}
		return r
	}, what)
}

// comparePlans generates with a hostile text, as a text and as a name, and holds what is declared against the plan.
func comparePlans(t *testing.T, check *checker, plans map[string]plan, text string) {
	t.Helper()
	if generator.IsGoType(text) && strings.Contains(text, ".") {
		t.Skip("x-go-type names a type of another package, and that is imported")
	}
	for what, plan := range plans {
		if files := generated(t, check.options(), plan.document(t, harmlessName, text)); files != nil {
			assert.Equal(t, plan.declared, declared(t, check, files), "%s: a text declares nothing", what)
		}
		if text == "" {
			continue // it names nothing, and what would be named has another name
		}
		if files := generated(t, check.options(), plan.document(t, text, "plain")); files != nil {
			assert.Empty(t, plan.unplanned(declared(t, check, files)), "%s: a name declares what is named, or that is left out", what)
		}
	}
}

// TestInjectedDeclarations: one that takes the place of what was to be declared, so that there are as many of each kind, is found.
func TestInjectedDeclarations(t *testing.T) {
	t.Parallel()
	check, err := compiled()
	require.NoError(t, err)
	plan := harmless(t, check)["texts"]
	files := generated(t, check.options(), hostileDocument(t, "*/ func evil() {} /*", "plain"))
	require.NotNil(t, files)
	require.Empty(t, plan.unplanned(declared(t, check, files)))
	for name, c := range map[string]struct{ instead, injected, found string }{
		"a function":               {`\bwriteFuncEvil\b`, "evil", "func evil"},
		"one that the plan has":    {`\bwriteFuncEvil\b`, "readFuncEvil", "func readFuncEvil"},
		"a type":                   {`\bFuncEvilOK\b`, "Evil", "type Evil"},
		"a method":                 {`\bUnimplementedFuncEvilHandler\) FuncEvil\b`, "UnimplementedFuncEvilHandler) Evil", "func UnimplementedFuncEvilHandler.Evil"},
		"a constant":               {`\bThingKindFuncEvil\b`, "Evil", "value Evil"},
		"a variable":               {`\bfuncEvil\b`, "evil", "value evil"},
		"a method of the JSON":     {`\z`, "\nfunc (*FuncEvilRequest) evil() {}\n", "func *FuncEvilRequest.evil"},
		"a marshaller of a struct": {`\z`, "\nfunc MarshalJSON() {}\n", "func MarshalJSON"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			other := slices.Clone(files)
			pattern := regexp.MustCompile(c.instead)
			for i, f := range other {
				if strings.HasSuffix(f.Name, ".go") && (c.instead != `\z` || f.Name == "json_gen.go") {
					other[i].Data = pattern.ReplaceAll(bytes.Clone(f.Data), []byte(c.injected))
				}
			}
			assert.Contains(t, plan.unplanned(declared(t, check, other)), c.found)
		})
	}
}
