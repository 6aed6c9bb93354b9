package tornadogen_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// testFiles are the texts of all tests of the project, by their paths.
func testFiles(t *testing.T) map[string]string {
	t.Helper()
	texts := make(map[string]string)
	require.NoError(t, filepath.WalkDir(".", func(file string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(file, "_test.go") {
			return err
		}
		text, err := os.ReadFile(file)
		texts[filepath.ToSlash(file)] = string(text)
		return err
	}))
	return texts
}

// tableRows are those of the tables below a heading of a page, without their heads.
func tableRows(t *testing.T, page, heading string) (rows []string) {
	t.Helper()
	text, err := os.ReadFile(page)
	require.NoError(t, err)
	_, section, found := strings.Cut(string(text), "\n## "+heading+"\n")
	require.True(t, found, heading)
	section, _, _ = strings.Cut(section, "\n## ")
	lines := strings.Split(section, "\n")
	for i, line := range lines {
		if strings.HasPrefix(line, "|") && !strings.HasPrefix(line, "| ---") && (i+1 == len(lines) || !strings.HasPrefix(lines[i+1], "| ---")) {
			rows = append(rows, line)
		}
	}
	require.NotEmpty(t, rows, heading)
	return rows
}

// TestClaimsAreTested: every row of these tables names tests, and they are there; what is not defended says so.
func TestClaimsAreTested(t *testing.T) {
	declared := map[string]bool{}
	declaration := regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)\(`)
	files := testFiles(t)
	for _, text := range files {
		for _, m := range declaration.FindAllStringSubmatch(text, -1) {
			declared[m[1]] = true
		}
	}
	name := regexp.MustCompile("`((?:Test|Fuzz)\\w+)`")
	file := regexp.MustCompile("`[\\w/]+_test\\.go`")
	for _, table := range [][2]string{
		{"SECURITY.md", "What is defended"},
		{"docs/reference/robustness.md", "Against other implementations"},
		{"docs/reference/robustness.md", "Seen in other servers"},
		{"docs/reference/robustness.md", "Faults"},
		{"docs/reference/robustness.md", "The generator"},
	} {
		for _, row := range tableRows(t, table[0], table[1]) {
			names := name.FindAllStringSubmatch(row, -1)
			if table[1] != "Against other implementations" {
				assert.True(t, len(names) > 0 || file.MatchString(row) || strings.Contains(row, "not defended"), "no test is named: %s", row)
			}
			for _, m := range names {
				assert.True(t, declared[m[1]], "there is no %s: %s", m[1], row)
			}
			for _, m := range file.FindAllString(row, -1) {
				assert.True(t, isThere(files, strings.Trim(m, "`")), "there is no %s: %s", m, row)
			}
		}
	}
}

// isThere reports whether there is a file of that name, which may begin with folders.
func isThere(files map[string]string, name string) bool {
	for file := range files {
		if strings.HasSuffix(file, "/"+name) {
			return true
		}
	}
	return false
}

// TestResultIsThatOfTheTables: the figures that robustness.md begins with are those of what they sum up.
func TestResultIsThatOfTheTables(t *testing.T) {
	const page = "docs/reference/robustness.md"
	told := map[string][]string{}
	for _, row := range tableRows(t, page, "Result") {
		cells := strings.Split(strings.Trim(row, "|"), "|")
		require.Len(t, cells, 5, row)
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		told[regexp.MustCompile(`\[([^]]*)\]`).FindStringSubmatch(cells[0])[1]] = cells[1:]
	}
	all := func(n int) []string { return []string{strconv.Itoa(n), strconv.Itoa(n), "", "0"} }
	read := func(file, pattern string) []string {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		m := regexp.MustCompile(pattern).FindStringSubmatch(string(text))
		require.NotNil(t, m, "%s: %s", file, pattern)
		return m[1:]
	}
	within := read(page, `processor of what is sent: (\d+) of (\d+)\.`)
	held, err := strconv.Atoi(within[0])
	require.NoError(t, err)
	attacks, err := strconv.Atoi(within[1])
	require.NoError(t, err)
	targets := 0
	for _, text := range testFiles(t) {
		targets += len(regexp.MustCompile(`(?m)^func Fuzz\w+\(f \*testing\.F\)`).FindAllString(text, -1))
	}
	assert.Equal(t, map[string][]string{
		"public suites":              read("docs/reference/conformance.md", `\*\*all\*\* \|  \| (\d+) \| (\d+) \| (\d+) \| (\d+) \|`),
		"attacks":                    {within[1], within[0], "", strconv.Itoa(attacks - held)},
		"behind the table":           {"1", "0", "", "1"},
		"brought other servers down": all(len(tableRows(t, page, "Seen in other servers"))),
		"faults":                     all(len(tableRows(t, page, "Faults"))),
		"the generator":              all(len(tableRows(t, page, "The generator"))),
		"fuzz targets":               all(targets),
	}, told)
}

// TestStricterIsOnThePage: robustness.md lists what is refused and net/http takes, as the test has it by which requests are held against net/http.
func TestStricterIsOnThePage(t *testing.T) {
	parsed, err := parser.ParseFile(token.NewFileSet(), "runtime/internal/http1/nethttp_test.go", nil, parser.SkipObjectResolution)
	require.NoError(t, err)
	var held []string
	for _, d := range parsed.Decls {
		declaration, is := d.(*ast.GenDecl)
		if !is || declaration.Tok != token.VAR {
			continue
		}
		for _, s := range declaration.Specs {
			v := s.(*ast.ValueSpec)
			if v.Names[0].Name != "stricter" {
				continue
			}
			for _, reason := range v.Values[0].(*ast.CompositeLit).Elts {
				for _, example := range reason.(*ast.KeyValueExpr).Value.(*ast.CompositeLit).Elts {
					name, err := strconv.Unquote(example.(*ast.KeyValueExpr).Key.(*ast.BasicLit).Value)
					require.NoError(t, err)
					held = append(held, name)
				}
			}
		}
	}
	require.NotEmpty(t, held)
	var told []string
	for _, row := range tableRows(t, "docs/reference/robustness.md", "Against other implementations") {
		if what, is := strings.CutSuffix(row, " | refused | `ReadRequest` takes it |"); is {
			told = append(told, strings.Split(strings.ReplaceAll(strings.TrimPrefix(what, "| "), "`", ""), ", ")...)
		}
	}
	assert.ElementsMatch(t, held, told)
}

// setting matches what a row of the table of defaults is of.
var setting = regexp.MustCompile("^\\| `?([^|`]+?)`?(?: of streams and sockets)? \\|")

// TestDefaultsAreHeldAgainstCode: every row of the defaults in SECURITY.md is one that a test of its package has the value of.
func TestDefaultsAreHeldAgainstCode(t *testing.T) {
	var held strings.Builder
	for _, text := range testFiles(t) {
		if strings.Contains(text, "documented.Defaults(") || strings.Contains(text, "TestLimitsAreDocumented") {
			held.WriteString(text)
		}
	}
	for _, row := range tableRows(t, "SECURITY.md", "Defaults, and why") {
		m := setting.FindStringSubmatch(row)
		require.NotNil(t, m, row)
		if !strings.HasPrefix(m[1], "Timeouts.") { // of which all are
			assert.True(t, strings.Contains(held.String(), `"`+m[1]+`"`), "no test has the value of %s", m[1])
		}
	}
}

// noBounds are defaults that bound nothing which others meet, with the reason.
var noBounds = map[string]string{
	"contract.DefaultChecks":   "of a test",
	"tornadotest.DefaultGrace": "of a test",
	"nats.DefaultStream":       "a name",
	"requestid.DefaultHeader":  "a name",
}

// TestEveryDefaultHasARow: each default that a package exports, and each field of its Limits and Timeouts, is in SECURITY.md.
func TestEveryDefaultHasARow(t *testing.T) {
	rows := map[string]bool{}
	for _, row := range tableRows(t, "SECURITY.md", "Defaults, and why") {
		rows[setting.FindStringSubmatch(row)[1]] = true
	}
	found := map[string]bool{}
	for _, root := range []string{"runtime", "spec", "generator"} {
		require.NoError(t, filepath.WalkDir(root, func(file string, d fs.DirEntry, err error) error {
			if err == nil && d.IsDir() && d.Name() == "internal" {
				return fs.SkipDir
			}
			if err == nil && strings.HasSuffix(file, ".go") && !strings.HasSuffix(file, "_test.go") {
				parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
				require.NoError(t, err)
				for _, name := range defaultsIn(parsed) {
					found[name] = true
				}
			}
			return err
		}))
	}
	require.Greater(t, len(found), 40)
	for name := range found {
		assert.True(t, rows[name] != (noBounds[name] != ""), "SECURITY.md has no row of %s, or it is said to be no bound", name)
	}
	for name := range noBounds {
		assert.True(t, found[name], "there is no %s", name)
	}
}

// defaultName matches constants that bound something where nobody says otherwise.
var defaultName = regexp.MustCompile(`^(Default|Min|Max)[A-Z]|^Timeout$`)

// defaultsIn lists the defaults of a file, with their package, but for that of the runtime itself.
func defaultsIn(file *ast.File) (names []string) {
	in := file.Name.Name + "."
	if in == "tornado." {
		in = ""
	}
	for _, d := range file.Decls {
		declaration, is := d.(*ast.GenDecl)
		if !is {
			continue
		}
		for _, s := range declaration.Specs {
			switch s := s.(type) {
			case *ast.ValueSpec:
				for _, n := range s.Names {
					if declaration.Tok == token.CONST && defaultName.MatchString(n.Name) {
						names = append(names, in+n.Name)
					}
				}
			case *ast.TypeSpec:
				fields, is := s.Type.(*ast.StructType)
				if !is || s.Name.Name != "Limits" && s.Name.Name != "Timeouts" {
					continue
				}
				for _, field := range fields.Fields.List {
					for _, n := range field.Names {
						names = append(names, in+s.Name.Name+"."+n.Name)
					}
				}
			}
		}
	}
	return names
}
