package check

import (
	"sync"

	"github.com/tornadogen/tornadogen/runtime/internal/jsonwire"
)

// Set is a set of schemas that refer to one another by name. It is safe for use from any goroutine.
type Set struct {
	texts []string // pairs of a name and a schema
	once  sync.Once
	named map[string]*node // immutable after once
}

// NewSchemas returns the set of schemas given as pairs of a name and the text of a schema in normal form: see the package. They are
// compiled when the first is used, which panics if one of them cannot be: it was not the generator who wrote it.
func NewSchemas(namesAndTexts ...string) *Set { return &Set{texts: namesAndTexts} }

// Get returns the schema of this name.
func (s *Set) Get(name string) *Schema { return &Schema{set: s, name: name} }

// Schema is one schema of a set, for Decoder.Check and Decoder.Valid.
type Schema struct {
	set  *Set
	name string
	once sync.Once
	root *node // immutable after once
}

// Judge implements jsonwire.Judge.
func (s *Schema) Judge(d *jsonwire.Decoder, o *jsonwire.Outline, i int, tell bool) bool {
	s.once.Do(s.compile)
	r := runs.Get().(*run)
	r.decoder, r.outline, r.tell = d, o, tell
	r.most = fewestSteps + stepsForValue*o.Len()
	ok := r.value(s.root, i, marks{})
	r.reset()
	runs.Put(r)
	return ok
}

func (s *Schema) compile() {
	s.set.once.Do(s.set.compile)
	s.root = s.set.named[s.name]
	if s.root == nil {
		panic("no schema " + s.name + " in the set")
	}
}

var runs = sync.Pool{New: func() any { return new(run) }}
