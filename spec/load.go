package spec

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"
)

// Option changes how [Load] reads.
type Option func(*config)

type config struct {
	root     string
	strict   bool
	noted    bool // formats are annotations
	exact    bool // no type is implied
	limits   Limits
	overlays []string
	filter   Filter
	fetch    func(address string, limit int64) ([]byte, error) // nil: the network is not used
}

// WithRoot names the folder that the files of the document may lie in. Default: the folder of the document.
func WithRoot(dir string) Option { return func(c *config) { c.root = dir } }

// WithStrict makes every warning an error. Default: off.
func WithStrict() Option { return func(c *config) { c.strict = true } }

// WithFormatsAsAnnotations leaves format and contentEncoding out of the model where they would make a demand of values, as JSON
// Schema 2020-12 has it by default (section 7.2.1): only "binary" and "password" are told, which never do. Default: off.
func WithFormatsAsAnnotations() Option { return func(c *config) { c.noted = true } }

// WithExactTypes gives a schema that has no type, and keywords of objects or arrays, all types, as JSON Schema has it. Default: off,
// so that who reads the model may take its keywords for a statement of the type, as most authors mean it.
func WithExactTypes() Option { return func(c *config) { c.exact = true } }

// Limits bound what a document may cost. A zero field takes its default.
type Limits struct {
	Size    int64 // bytes of all files together; default 64 MiB
	Depth   int   // nesting of objects and lists; default 400
	Nodes   int   // values in all files together; default 2,000,000
	Aliases int   // values that aliases of YAML stand for; default 500,000
}

// WithLimits sets the limits. What exceeds one is an Error of class "limit".
func WithLimits(l Limits) Option { return func(c *config) { c.limits = l } }

func (l Limits) withDefaults() Limits {
	if l.Size <= 0 {
		l.Size = 64 << 20
	}
	if l.Depth <= 0 {
		l.Depth = 400
	}
	if l.Nodes <= 0 {
		l.Nodes = 2_000_000
	}
	if l.Aliases <= 0 {
		l.Aliases = 500_000
	}
	return l
}

// Load reads the OpenAPI document at path, of version 2.0 to 3.2 as JSON or YAML, and the files that it refers to. They lie
// in its folder or in that of [WithRoot]; nothing else is opened, and the network is not used but by [WithRemote].
//
// All findings come at once, sorted. A document with an [Error] among them gives no API. The error is for what is not the
// document's fault: a file that cannot be read, a folder that does not exist.
//
// Load shares nothing between calls and may be called from any goroutine.
func Load(path string, opts ...Option) (*API, Diagnostics, error) {
	var c config
	for _, opt := range opts {
		opt(&c)
	}
	c.limits = c.limits.withDefaults()
	data, err := readDocument(path, c.limits.Size)
	if err != nil {
		if errors.Is(err, errTooLarge) {
			err = fmt.Errorf("%w: more than %s bytes; split the API into several documents", err, count(int(c.limits.Size)))
		}
		return nil, nil, fmt.Errorf("read OpenAPI document: %w", err)
	}
	dir, err := filepath.Abs(filepath.Dir(path))
	if err != nil {
		return nil, nil, fmt.Errorf("read OpenAPI document: %w", err)
	}
	if dir, err = filepath.EvalSymlinks(dir); err != nil {
		return nil, nil, fmt.Errorf("read OpenAPI document: %w", err)
	}
	if c.root == "" {
		c.root = dir
	}
	folder, err := openFolder(c.root)
	if err != nil {
		return nil, nil, fmt.Errorf("open the folder of the document: %w", err)
	}
	defer folder.close()
	r := newReader(c, folder)
	r.dir, r.userDir = dir, filepath.Dir(path)
	if err := r.openOverlays(); err != nil {
		return nil, nil, err
	}
	f := newFile(path, filepath.Base(path), filepath.Join(dir, filepath.Base(path)), data)
	api, diags := r.load(f)
	return api, diags, nil
}

// reader is one run of Load: its files and findings.
type reader struct {
	config   config
	budget   budget
	folder   *folder
	dir      string // of the root document: absolute, links resolved
	userDir  string // the same as the user named it
	files    map[string]*file
	order    []*file // by first use; the first is the root document
	overlays []*file // in the order in which they are applied
	ids      map[string]*node
	version  version
	diags    Diagnostics
	seen     map[finding]bool
	// compared counts the words that were compared for remedies.
	compared int
}

// finding tells findings apart: an object that serves as two things is checked twice.
type finding struct {
	loc         Location
	class, what string
}

func newReader(c config, d *folder) *reader {
	return &reader{
		config: c, folder: d, budget: budget{limits: c.limits},
		files: map[string]*file{}, ids: map[string]*node{}, seen: map[finding]bool{},
	}
}

// load goes the way of the package comment.
func (r *reader) load(f *file) (*API, Diagnostics) {
	var api *API
	if r.parse(f) && r.overlay(f) && r.knowVersion(f) {
		refs := r.check(f)
		if !r.exceeded() { // other errors do not end the way: all faults come at once
			r.judge(f, refs)
			api = r.lift(f, refs)
		}
	}
	r.sort()
	for _, f := range slices.Concat(r.order, r.overlays) { // what is left serves snippets alone
		f.root, f.members, f.pointers, f.names = nil, nil, nil, identifiers{}
	}
	if r.config.strict {
		for i := range r.diags {
			r.diags[i].Severity = Error
		}
	}
	if r.diags.HasErrors() {
		return nil, r.diags
	}
	return api, r.diags
}

// parse makes the nodes of a file. It reports whether there are any; the fault is told.
func (r *reader) parse(f *file) bool {
	r.order = append(r.order, f)
	if f.path != "" {
		r.files[f.path] = f
	}
	return r.scanned(f)
}

// scanned makes the nodes of a file.
func (r *reader) scanned(f *file) bool {
	r.budget.size += int64(len(f.data))
	if off := invalidUTF8(f.text); off >= 0 {
		remedy := "save the file as UTF-8"
		if bytes.HasPrefix(f.data, []byte("\xff\xfe")) || bytes.HasPrefix(f.data, []byte("\xfe\xff")) {
			remedy += "; it is UTF-16 now"
		}
		r.tell(f, fault{Error, "encoding", "the file is not UTF-8", remedy, int32(off), nil})
		return false
	}
	body := strings.TrimLeft(f.text, " \t\r\n")
	if body == "" {
		r.tell(f, fault{Error, "syntax", "the file is empty", "write an OpenAPI document", 0, nil})
		return false
	}
	root, faults := r.scan(f, body[0] == '{' || body[0] == '[')
	for _, bad := range faults {
		if root == nil {
			bad.of = nil // nobody knows where that stands
		}
		r.tell(f, bad)
	}
	f.root = root
	return root != nil
}

// scan parses as JSON what looks like it, and as YAML the rest. What begins with a brace may be YAML too, unless it is named
// .json.
func (r *reader) scan(f *file, brace bool) (*node, []fault) {
	if !brace {
		return scanYAML(f, &r.budget)
	}
	before := r.budget
	root, faults := scanJSON(f, &r.budget)
	if root != nil || strings.EqualFold(filepath.Ext(f.name), ".json") || faults[len(faults)-1].class == "limit" {
		return root, faults
	}
	r.budget = before
	f.names = identifiers{}
	root, yamlFaults := scanYAML(f, &r.budget)
	if root == nil && yamlFaults[len(yamlFaults)-1].class == "syntax" {
		return nil, faults
	}
	return root, yamlFaults
}

func invalidUTF8(s string) int {
	if utf8.ValidString(s) {
		return -1
	}
	for i, r := range s {
		if r == utf8.RuneError {
			if _, size := utf8.DecodeRuneInString(s[i:]); size == 1 {
				return i
			}
		}
	}
	return 0
}

// exceeded reports whether a limit was.
func (r *reader) exceeded() bool {
	return slices.ContainsFunc(r.diags, func(d Diagnostic) bool { return d.Severity == Error && d.Class == "limit" })
}

// tell records a fault of a parser.
func (r *reader) tell(f *file, bad fault) {
	pointer := "#"
	if bad.of != nil {
		pointer = bad.of.pointer()
	}
	r.report(f, bad.severity, bad.class, f.location(bad.off, pointer), bad.what, bad.remedy)
}

// maxFindings bounds what is told.
const maxFindings = 50_000

// report records a finding, once.
func (r *reader) report(f *file, sev Severity, class string, loc Location, what, remedy string) {
	key := finding{loc, class, what}
	if r.seen[key] {
		return
	}
	if len(r.seen) >= maxFindings && sev == Warning {
		if len(r.seen) > maxFindings {
			return
		}
		class, what, remedy = "limit", "there are more than "+count(maxFindings)+" findings; further warnings are not told", "repair these first"
	}
	r.seen[key] = true
	r.diags = append(r.diags, Diagnostic{
		Severity: sev, Class: class, Loc: loc, What: what, Remedy: remedy, Snippet: f.snippet(loc.Line, loc.Column),
	})
}

// warn records that something was repaired at n.
func (r *reader) warn(n *node, class, what, remedy string) {
	r.report(n.file, Warning, class, n.loc(), what, remedy)
}

// fail records that n has no meaning.
func (r *reader) fail(n *node, class, what, remedy string) {
	r.report(n.file, Error, class, n.loc(), what, remedy)
}

// sort orders findings with the files as they were read: the root document first.
func (r *reader) sort() {
	first := make(Diagnostics, 0, len(r.diags))
	byFile := map[string]Diagnostics{}
	for _, d := range r.diags {
		byFile[d.Loc.File] = append(byFile[d.Loc.File], d)
	}
	for _, f := range slices.Concat(r.order, r.overlays) {
		first = append(first, byFile[f.name]...)
		delete(byFile, f.name)
	}
	r.diags = first
	r.diags.Sort()
}

// version is what the words of a document mean.
type version int

const (
	version20 version = iota
	version30
	version31
	version32 // and later
)

// knowVersion finds out what kind of document f is.
func (r *reader) knowVersion(f *file) bool {
	const remedy = `name a document that begins with openapi: 3.0.3, openapi: 3.1.0 or swagger: "2.0"`
	root := f.root
	if root.shape != shapeObject {
		r.fail(root, "not-openapi", "this is no OpenAPI document but "+root.shape.String(), remedy)
		return false
	}
	n := root.get("openapi")
	if n == nil {
		return r.knowSwagger(root, remedy)
	}
	text := strings.TrimSpace(n.text)
	switch {
	case n.shape != shapeText && n.shape != shapeNumber:
		r.fail(n, "not-openapi", "the version of OpenAPI is "+n.shape.String(), remedy)
		return false
	case text == "3" || text == "3.0" || strings.HasPrefix(text, "3.0."):
		r.version = version30
	case text == "3.1" || strings.HasPrefix(text, "3.1."):
		r.version = version31
	case text == "3.2" || strings.HasPrefix(text, "3.2."):
		r.version = version32
	case strings.HasPrefix(text, "3."):
		r.version = version32
		r.warn(n, "version", "version "+quote(text)+" of OpenAPI is not known; the document is read as 3.2", "use 3.0, 3.1 or 3.2")
	default:
		r.fail(n, "not-openapi", "version "+quote(text)+" of OpenAPI is not read", remedy)
		return false
	}
	return true
}

// knowSwagger finds out whether a document without a member openapi is one of OpenAPI 2.0.
func (r *reader) knowSwagger(root *node, remedy string) bool {
	n := root.get("swagger")
	if n == nil {
		r.fail(root, "not-openapi", "this is no OpenAPI document: it has no openapi member", remedy)
		return false
	}
	text := strings.TrimSpace(n.text)
	if n.shape != shapeText && n.shape != shapeNumber || text != "2" && !strings.HasPrefix(text, "2.") {
		r.fail(n, "not-openapi", "version "+quote(text)+" of Swagger is not read", remedy)
		return false
	}
	if n.shape == shapeNumber { // YAML: swagger: 2.0
		r.warn(n, "wrong-type", "a string is expected, not a number; it is read as "+quote(text), "put it in quotes")
		n.shape = shapeText
	}
	r.version = version20
	return true
}
