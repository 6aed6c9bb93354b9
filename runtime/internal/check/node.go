package check

import "github.com/tornadogen/tornadogen/runtime/internal/validate"

// node is a compiled schema. It is immutable once its set is compiled.
type node struct {
	id    uint32
	name  string // in the set; else its title
	never bool   // the schema false

	ref *node

	kinds  kindSet   // 0: any
	typed  string    // kinds in words
	values []*values // of enum and const
	number *numberRule
	text   *textRule

	prefix                   []*node
	items, contains          *node
	minContains, maxContains int // maxContains < 0: no limit
	array                    *validate.ArrayRule
	unevaluatedItems         *node

	properties            map[string]*node
	patterns              []pattern
	additional, names     *node
	required              []requirement
	dependentRequired     []dependentNames
	dependents            []dependentSchema
	object                *validate.ObjectRule
	unevaluatedProperties *node

	allOf         []*node
	anyOf, oneOf  []*node
	discriminator *discriminator
	not           *node
	condition     *node // if
	then          *node
	otherwise     *node

	readOnly, writeOnly bool
}

type kindSet uint8

type pattern struct {
	match  *validate.Pattern
	schema *node
}

// requirement is a member that must be there, but for the direction in which it never goes.
type requirement struct {
	name                string
	readOnly, writeOnly bool
}

type dependentNames struct {
	name     string
	required []requirement
}

type dependentSchema struct {
	name   string
	schema *node
}

type discriminator struct {
	property string
	members  map[string]*node
}

// values are those of enum or const. Strings are kept as they are, others in their canonical form.
type values struct {
	keyword string
	strings map[string]bool
	others  map[string]bool
	message string
}

// numberRule is what a schema demands of numbers.
type numberRule struct {
	minimum, maximum                   *bound
	exclusiveMinimum, exclusiveMaximum *bound
	multipleOf                         string
	format                             *numberFormat
}

// textRule is what a schema demands of strings.
type textRule struct {
	validate.StringRule
	parse func(string) bool // of an encoding; nil: none
}
