package ir

// Rule is a package-level variable that states what a schema demands.
type Rule struct {
	Name   string  // "newPetNameRule"; "min1Rule" where several places demand the same
	Go     *GoType // tornado.StringRule, IntRule, UintRule, FloatRule, ArrayRule or ObjectRule
	Fields []RuleField
}

// RuleField is one field of a rule's composite literal.
type RuleField struct {
	Name  string // "MinLength"
	Value *Expr
}

// Check is a package-level variable for what a schema demands that neither a type nor a rule says.
type Check struct {
	Name string // "petSchema"
	Of   string // its name in the set of Package.Schemas: "Pet"
}

// ExprKind says what an Expr is.
type ExprKind int

// The kinds of expressions.
const (
	ExprString    ExprKind = iota // Text, unquoted
	ExprInt                       // Int
	ExprUint                      // Uint
	ExprFloat                     // Float, finite
	ExprBool                      // Bool
	ExprName                      // Go: a constant or variable, tornado.LimitZero or PetStatusSold
	ExprCall                      // Go(Args...): a function or a conversion
	ExprComposite                 // Go{Args...}, or Go{Keys[0]: Args[0], ...}
)

// Expr is a Go expression that is ready to print.
type Expr struct {
	Kind  ExprKind
	Text  string
	Int   int64
	Uint  uint64
	Float float64
	Bool  bool
	Go    *GoType
	Keys  []string // of ExprComposite, nil for a list
	Args  []*Expr
}
