package main

import (
	"bytes"
	"errors"
	"fmt"
	"go/token"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"gopkg.in/yaml.v3"

	"github.com/tornadogen/tornadogen/generator"
	"github.com/tornadogen/tornadogen/spec"
)

// configName is the file with settings that is read in the current folder.
const configName = "tornadogen.yaml"

// settings are what a command was asked to do.
type settings struct {
	Spec    string
	Out     string
	Package string
	Root    string
	// Handlers is the folder of the user's handlers.
	Handlers string
	Only     []string
	Formats  string
	Exact    bool
	Strict   bool
	Remote   bool
	// Overlays are applied to the document, and Filter leaves out operations.
	Overlays []string
	Filter   spec.Filter
	// Imports and FormatTypes say which types are not generated.
	Imports     map[string]string
	FormatTypes map[string]string
	// OwnTypes has every type generated, whatever x-go-type says.
	OwnTypes bool

	cmd     *cobra.Command // what the flags are of
	locking locking
	remote  *remote // what reads from the network, once there is a document

	// from says where a setting comes from, by key: "tornadogen.yaml:3"; a key that is absent came from the command line.
	from map[string]string
}

// key is one setting: a key of tornadogen.yaml and a flag of the same name. The schema in docs/reference repeats this table,
// and a test compares the two.
type key struct {
	name, usage string
	values      []string // the only ones allowed, nil for any
	set         func(s *settings) any
}

var keys = []key{
	{"spec", "the OpenAPI document, a file", nil, func(s *settings) any { return &s.Spec }},
	{"out", "folder of the generated package", nil, func(s *settings) any { return &s.Out }},
	{"package", "name of the generated package; default: the name of its folder", nil, func(s *settings) any { return &s.Package }},
	{
		"only", "generate these parts alone: server, client, types (the types are always there); default: all",
		[]string{generator.OnlyServer, generator.OnlyClient, generator.OnlyTypes},
		func(s *settings) any { return &s.Only },
	},
	{
		"formats", "assert: a value must be in the format that its schema names; annotate: it need not; default: assert",
		[]string{formatsAssert, formatsAnnotate},
		func(s *settings) any { return &s.Formats },
	},
	{
		"exact-types", "a schema without a type takes values of every type, as JSON Schema has it; default: its keywords imply one",
		nil, func(s *settings) any { return &s.Exact },
	},
	{
		"import-mapping", "packages with the types of other documents: common.yaml=example.com/shop/commonapi",
		nil, func(s *settings) any { return &s.Imports },
	},
	{"format-types", "Go types for formats: ulid=github.com/oklog/ulid/v2.ULID", nil, func(s *settings) any { return &s.FormatTypes }},
	{
		"own-types", "generate every type, whatever x-go-type says: for a document that is not to choose what the package imports",
		nil, func(s *settings) any { return &s.OwnTypes },
	},
	{"overlay", "OpenAPI overlays to apply to the document, files, in this order", nil, func(s *settings) any { return &s.Overlays }},
	{"include-tags", "keep the operations with these tags", nil, func(s *settings) any { return &s.Filter.IncludeTags }},
	{"exclude-tags", "leave out the operations with these tags", nil, func(s *settings) any { return &s.Filter.ExcludeTags }},
	{"include-paths", "keep the operations on these paths: /pets/{petId}, /pets/*, /admin/**", nil, func(s *settings) any { return &s.Filter.IncludePaths }},
	{"exclude-paths", "leave out the operations on these paths", nil, func(s *settings) any { return &s.Filter.ExcludePaths }},
	{"include-operations", "keep the operations with these operationIds", nil, func(s *settings) any { return &s.Filter.IncludeOperations }},
	{"exclude-operations", "leave out the operations with these operationIds", nil, func(s *settings) any { return &s.Filter.ExcludeOperations }},
	{"handlers", "folder of your handlers, which sync adds methods to; default: the current folder", nil, func(s *settings) any { return &s.Handlers }},
	{"root", "folder that other files of the document may lie in; default: the folder of the document", nil, func(s *settings) any { return &s.Root }},
	{"allow-remote", "read what references lead to on the network, and hold it against tornadogen.lock", nil, func(s *settings) any { return &s.Remote }},
	{"strict", "make every warning an error", nil, func(s *settings) any { return &s.Strict }},
}

// The keys that say which document is read, how its types are said in Go, and what the package of it is.
var (
	documentKeys = []string{
		"overlay", "include-tags", "exclude-tags", "include-paths", "exclude-paths", "include-operations", "exclude-operations",
		"root", "allow-remote", "strict",
	}
	typeKeys    = append([]string{"formats", "exact-types", "import-mapping", "format-types", "own-types"}, documentKeys...)
	packageKeys = append([]string{"out", "package", "only"}, typeKeys...)
)

// The values of formats.
const (
	formatsAssert   = "assert"
	formatsAnnotate = "annotate"
)

// flags adds the flags of the named keys to cmd.
func (s *settings) flags(cmd *cobra.Command, names ...string) {
	s.cmd = cmd
	for _, k := range keys {
		if !slices.Contains(names, k.name) {
			continue
		}
		switch v := k.set(s).(type) {
		case *string:
			cmd.Flags().StringVar(v, k.name, "", k.usage)
		case *[]string:
			cmd.Flags().StringSliceVar(v, k.name, nil, k.usage)
		case *map[string]string:
			cmd.Flags().StringToStringVar(v, k.name, nil, k.usage)
		case *bool:
			cmd.Flags().BoolVar(v, k.name, false, k.usage)
		}
		if k.values != nil {
			_ = cmd.RegisterFlagCompletionFunc(k.name, k.completions) // fails for a flag that is unknown only
		}
	}
	_ = cmd.MarkFlagDirname("out")  // for completion; a command without the flag needs none
	_ = cmd.MarkFlagDirname("root") // likewise
	_ = cmd.MarkFlagDirname("handlers")
	_ = cmd.MarkFlagFilename("overlay", "yaml", "yml", "json")
}

// completions offers the values of a key to a shell: in a list those that it does not have yet, behind those that it has.
func (k key) completions(_ *cobra.Command, _ []string, begun string) ([]cobra.Completion, cobra.ShellCompDirective) {
	var offered []cobra.Completion
	have := ""
	if _, list := k.set(&settings{}).(*[]string); list {
		have = begun[:strings.LastIndexByte(begun, ',')+1]
	}
	for _, value := range k.values {
		if !slices.Contains(strings.Split(have, ","), value) && strings.HasPrefix(have+value, begun) {
			offered = append(offered, have+value)
		}
	}
	return offered, cobra.ShellCompDirectiveNoFileComp
}

// stderr is where the command tells what it is about.
func (s *settings) stderr() io.Writer {
	if s.cmd == nil {
		return io.Discard
	}
	return s.cmd.ErrOrStderr()
}

// complete takes from tornadogen.yaml what the command line did not say. spec is the argument SPEC, "" where it was not given.
func (s *settings) complete(cmd *cobra.Command, spec string) error {
	s.Spec = spec
	s.from = map[string]string{}
	file, err := readConfig(configName)
	if err != nil {
		return err
	}
	for _, k := range keys {
		flag := cmd.Flags().Lookup(k.name)
		line, there := file.from[k.name]
		if !there || flag != nil && flag.Changed || k.name == "spec" && spec != "" {
			continue
		}
		s.from[k.name] = line
		switch v := k.set(s).(type) {
		case *string:
			*v = *k.set(&file).(*string)
		case *[]string:
			*v = *k.set(&file).(*[]string)
		case *map[string]string:
			*v = *k.set(&file).(*map[string]string)
		case *bool:
			*v = *k.set(&file).(*bool)
		}
	}
	return s.checkValues()
}

// place names a setting for a message.
func (s *settings) place(name string) string {
	if from, ok := s.from[name]; ok {
		return from
	}
	return "--" + name
}

// checkValues reports the value of a key that it cannot have.
func (s *settings) checkValues() error {
	for _, document := range slices.Sorted(maps.Keys(s.Imports)) {
		if !generator.IsImportPath(s.Imports[document]) {
			return usagef("%s: %q is no import path; write %s=example.com/shop/commonapi", s.place("import-mapping"), s.Imports[document], document)
		}
	}
	for _, format := range slices.Sorted(maps.Keys(s.FormatTypes)) {
		if !generator.IsGoType(s.FormatTypes[format]) {
			return usagef("%s: %q is no Go type; write %s=example.com/money.Amount", s.place("format-types"), s.FormatTypes[format], format)
		}
	}
	for _, k := range keys {
		if k.values == nil {
			continue
		}
		var have []string
		switch v := k.set(s).(type) {
		case *[]string:
			have = *v
		case *string:
			if *v != "" {
				have = []string{*v}
			}
		}
		for _, value := range have {
			if !slices.Contains(k.values, value) {
				return usagef("%s: there is no %q; the values of %s are %s", s.place(k.name), value, k.name, strings.Join(k.values, ", "))
			}
		}
	}
	return nil
}

// completeDocument completes the settings of a command that works on the document that its arguments, [SPEC], or tornadogen.yaml name.
func (s *settings) completeDocument(cmd *cobra.Command, args []string) error {
	document := ""
	if len(args) > 0 {
		document = args[0]
	}
	if err := s.complete(cmd, document); err != nil {
		return err
	}
	return s.needSpec(cmd)
}

// completePackage is completeDocument for a command that works on the package of that document, too.
func (s *settings) completePackage(cmd *cobra.Command, args []string) error {
	if err := s.completeDocument(cmd, args); err != nil {
		return err
	}
	return s.needOut(cmd)
}

// needSpec reports a document that nobody named.
func (s *settings) needSpec(cmd *cobra.Command) error {
	if s.Spec == "" {
		return usagef("%s: SPEC is missing; name an OpenAPI document, or set spec in %s of the current folder", cmd.Name(), configName)
	}
	return nil
}

// needOut reports an output folder that nobody named, and finds the name of the package.
func (s *settings) needOut(cmd *cobra.Command) error {
	if s.Out == "" {
		return usagef("%s: --out is missing; name the folder of the package, or set out in %s of the current folder", cmd.Name(), configName)
	}
	if s.Package != "" {
		return s.checkPackage()
	}
	folder, err := filepath.Abs(s.Out)
	if err != nil {
		return fmt.Errorf("%s: %w", s.Out, err)
	}
	s.Package = packageName(filepath.Base(folder))
	if s.Package == "" {
		return usagef("%s: no package can be named after the folder %s; name it with --package", cmd.Name(), s.Out)
	}
	return nil
}

// checkPackage reports a name that no package that is imported can have.
func (s *settings) checkPackage() error {
	const remedy = "use a name of lower-case letters and digits, such as petapi"
	switch {
	case token.IsKeyword(s.Package):
		return fmt.Errorf("%s: %q is a keyword of Go and names no package; %s", s.place("package"), s.Package, remedy)
	case !token.IsIdentifier(s.Package) || s.Package == "_":
		return fmt.Errorf("%s: %q is no identifier of Go and names no package; %s", s.place("package"), s.Package, remedy)
	case s.Package == "main", s.Package == "init":
		return fmt.Errorf("%s: package main cannot be imported; %s", s.place("package"), remedy)
	}
	return nil
}

// packageName makes a package's name of some text: its Latin letters, without their marks, and digits, in lower case; "" where
// that is none.
func packageName(text string) string {
	name := strings.Map(func(r rune) rune {
		switch {
		case 'a' <= r && r <= 'z', '0' <= r && r <= '9':
			return r
		case 'A' <= r && r <= 'Z':
			return r + 'a' - 'A'
		}
		return -1
	}, latin(text))
	name = strings.TrimLeft(name, "0123456789")
	if !token.IsIdentifier(name) || name == "main" || name == "init" {
		return ""
	}
	return name
}

// readConfig reads a file of settings; one that is absent has none.
func readConfig(path string) (settings, error) {
	s := settings{from: map[string]string{}}
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return s, nil
	}
	if err != nil {
		return s, usagef("%s: cannot be read: %v; correct that, or remove it", path, cause(err))
	}
	var root yaml.Node
	in := yaml.NewDecoder(bytes.NewReader(data))
	if err := in.Decode(&root); errors.Is(err, io.EOF) {
		return s, nil
	} else if err != nil {
		return s, usagef("%s: is no YAML: %s; correct it", path, strings.TrimPrefix(err.Error(), "yaml: "))
	}
	if err := in.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return s, usagef("%s: has more than one document; keep the first", path)
	}
	at := func(n *yaml.Node) string { return path + ":" + strconv.Itoa(n.Line) }
	top := resolve(root.Content[0])
	if top.Kind == yaml.ScalarNode && top.Tag == "!!null" {
		return s, nil
	}
	if top.Kind != yaml.MappingNode {
		return s, usagef("%s: settings are written as key: value; the keys are %s", at(top), keyNames())
	}
	for i := 0; i+1 < len(top.Content); i += 2 {
		name := top.Content[i]
		found := slices.IndexFunc(keys, func(k key) bool { return k.name == name.Value })
		if found < 0 {
			return s, usagef("%s: unknown key %q; the keys are %s", at(name), name.Value, keyNames())
		}
		if first, again := s.from[name.Value]; again {
			return s, usagef("%s: key %q stands at %s already; remove one of them", at(name), name.Value, first)
		}
		s.from[name.Value] = at(name)
		if want := keys[found].decode(&s, resolve(top.Content[i+1])); want != "" {
			return s, usagef("%s: the value of %q must be %s", at(name), name.Value, want)
		}
	}
	return s, s.checkValues()
}

func keyNames() string {
	var names []string
	for _, k := range keys {
		names = append(names, k.name)
	}
	return strings.Join(names, ", ")
}

// resolve follows an alias of YAML.
func resolve(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode {
		return n.Alias
	}
	return n
}

// decode sets a key from its node. When the node does not fit it returns what would.
func (k key) decode(s *settings, n *yaml.Node) (want string) {
	text := func(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.Tag == "!!str" && n.Value != "" }
	switch v := k.set(s).(type) {
	case *string:
		if !text(n) {
			return "text"
		}
		*v = n.Value
	case *bool:
		if n.Kind != yaml.ScalarNode || n.Tag != "!!bool" || n.Decode(v) != nil {
			return "true or false"
		}
	case *map[string]string:
		want = "a map of texts"
		if n.Kind != yaml.MappingNode {
			return want
		}
		*v = map[string]string{}
		for i := 0; i+1 < len(n.Content); i += 2 {
			value := resolve(n.Content[i+1])
			if !text(n.Content[i]) || !text(value) {
				return want
			}
			(*v)[n.Content[i].Value] = value.Value
		}
	case *[]string:
		want = "a list of texts"
		if k.values != nil {
			want = "a list of " + strings.Join(k.values, ", ")
		}
		if n.Kind != yaml.SequenceNode {
			return want
		}
		for _, item := range n.Content {
			if item = resolve(item); !text(item) {
				return want
			}
			*v = append(*v, item.Value)
		}
	}
	return ""
}

// cause is what the system says of a file, without the name of the call and of the file.
func cause(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	var link *os.LinkError
	if errors.As(err, &link) {
		return link.Err
	}
	return err
}
