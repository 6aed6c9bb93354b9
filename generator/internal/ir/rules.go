package ir

import (
	"errors"
	"regexp"
	"regexp/syntax"
	"strings"

	"github.com/tornadogen/tornadogen/generator/internal/naming"
	"github.com/tornadogen/tornadogen/spec"
)

// rule returns the variable for what fields demand: one for the same demands, nil for none.
func (b *builder) rule(s *spec.Schema, name string, fields []RuleField) *Rule {
	if len(fields) == 0 {
		return nil
	}
	var key strings.Builder
	key.WriteString(name)
	for _, f := range fields {
		key.WriteString(" " + f.Name + ":" + f.Value.String())
	}
	r := b.rules[key.String()]
	if r == nil {
		r = &ruled{rule: &Rule{Go: runtimeType(name), Fields: fields}, by: s}
		b.rules[key.String()] = r
		b.ruled = append(b.ruled, r)
	}
	r.shared = r.shared || b.origin(r.by) != b.origin(s)
	return r.rule
}

// ruled is a rule with the schema that demands it first.
type ruled struct {
	rule   *Rule
	by     *spec.Schema
	shared bool // by a schema elsewhere
}

// nameRules names rules after the schema that demands them, and after what they say where several do.
func (b *builder) nameRules() {
	for _, r := range b.ruled {
		name := naming.Unexported(b.nameOf(r.by))
		if r.shared || len(r.rule.Fields) == 1 && r.rule.Fields[0].Name == "Format" {
			name = naming.Unexported(naming.Clip(naming.Exported(saysOf(r.rule, r.by))))
		}
		r.rule.Name = b.scope.Take(name + "Rule")
	}
}

// saysOf says in words what a rule demands: "min length 1 max length 64". s is a schema that demands it.
func saysOf(r *Rule, s *spec.Schema) string {
	var words []string
	switch r.Go.Name {
	case "FloatRule", "UintRule": // told from the integers, of which there are more
		words = append(words, strings.TrimSuffix(r.Go.Name, "Rule"))
	}
	for _, f := range r.Fields {
		switch f.Name {
		case "HasMin", "HasMax":
		case "Format":
			words = append(words, s.Format)
		case "Unique", "ExclusiveMin", "ExclusiveMax":
			words = append(words, f.Name)
		case "Pattern":
			words = append(words, f.Name, s.Pattern)
		default:
			value := strings.Trim(f.Value.String(), `"`)
			if f.Value.Kind == ExprName {
				value = "0" // LimitZero
			}
			words = append(words, f.Name, strings.NewReplacer("-", "Minus", ".", "Point").Replace(value))
		}
	}
	return strings.Join(words, " ")
}

// limit returns a field for an upper bound of a size. In a rule zero is no bound, and LimitZero is the bound of zero.
func limit(fields []RuleField, name string, n *int64) []RuleField {
	switch {
	case n == nil || *n < 0 || *n > maxSize:
		return fields
	case *n == 0:
		return append(fields, RuleField{name, nameExpr(runtimeType("LimitZero"))})
	}
	return append(fields, RuleField{name, intExpr(*n)})
}

// atLeast returns a field for a lower bound of a size; zero demands nothing.
func atLeast(fields []RuleField, name string, n *int64) []RuleField {
	if n == nil || *n <= 0 {
		return fields
	}
	return append(fields, RuleField{name, intExpr(min(*n, maxSize))})
}

// maxSize is the largest bound that a rule holds; an int may have 32 bits.
const maxSize = 1<<31 - 1

// disjoint warns of sizes that no value has.
func (b *builder) disjoint(s *spec.Schema, least, most *int64, lower, upper string) {
	if least != nil && most != nil && *least > *most {
		b.contradict(s, s.Nullable, lower+" is more than "+upper)
	}
}

func (b *builder) stringRule(s *spec.Schema) *Rule {
	b.disjoint(s, s.MinLength, s.MaxLength, "minLength", "maxLength")
	var fields []RuleField
	fields = atLeast(fields, "MinLength", s.MinLength)
	fields = limit(fields, "MaxLength", s.MaxLength)
	if s.Pattern != "" && b.compiles(s) {
		fields = append(fields, RuleField{"Pattern", callExpr(runtimeType("NewPattern"), stringExpr(s.Pattern))})
	}
	if constant := checkedFormats[s.Format]; constant != "" {
		fields = append(fields, RuleField{"Format", nameExpr(runtimeType(constant))})
	}
	return b.rule(s, "StringRule", fields)
}

// compiles says whether the pattern of s can be a regular expression at all, and warns where it cannot. What only ECMA-262
// has (look-around, back references, \d of other forms) is left to the runtime.
func (b *builder) compiles(s *spec.Schema) bool {
	err := patternFault(s.Pattern)
	if err == nil {
		b.pkg.NeedsECMA = b.pkg.NeedsECMA || beyondRE2.MatchString(s.Pattern)
		return true
	}
	at := b.keywordLoc(s, "pattern", func(part *spec.Schema) bool { return part.Pattern == s.Pattern })
	b.warn(at, classUnenforced, "pattern is not enforced: "+strings.TrimPrefix(err.Error(), "error parsing regexp: "), "correct the pattern")
	return false
}

// patternFault returns why a pattern is no regular expression of any dialect, nil where it may be one.
func patternFault(pattern string) error {
	_, err := syntax.Parse(pattern, syntax.Perl)
	var fault *syntax.Error
	if errors.As(err, &fault) && fault.Code == syntax.ErrMissingBracket {
		_, err = syntax.Parse(fillClasses(pattern), syntax.Perl)
	}
	if err == nil || mayBeECMA(err, pattern) {
		return nil
	}
	return err
}

// fillClasses writes the classes [] and [^] of ECMA-262, of nothing and of anything, as Go has them: there ] is a member at that place.
func fillClasses(pattern string) string {
	var b strings.Builder
	inside := false
	for i := 0; i < len(pattern); i++ {
		switch rest := pattern[i:]; {
		case rest[0] == '\\' && len(rest) > 1:
			b.WriteByte(rest[0])
			i++
		case inside:
			inside = rest[0] != ']'
		case strings.HasPrefix(rest, "[]"):
			b.WriteString(`[^\x00-\x{10FFFF}`)
			i++
		case strings.HasPrefix(rest, "[^]"):
			b.WriteString(`[\x00-\x{10FFFF}`)
			i += 2
		default:
			inside = rest[0] == '['
		}
		b.WriteByte(pattern[i])
	}
	return b.String()
}

// soundPatterns returns s without the patternProperties whose patterns are none, and warns of them. They may be meant for any name, so
// nothing is demanded of the names that no other keyword knows.
func (b *builder) soundPatterns(s *spec.Schema) *spec.Schema {
	var sound []*spec.Property
	for _, p := range s.PatternProperties {
		if err := patternFault(p.Name); err != nil {
			b.warn(p.Loc, classUnenforced, "the pattern of patternProperties is not enforced: "+strings.TrimPrefix(err.Error(), "error parsing regexp: "),
				"correct the pattern")
			continue
		}
		sound = append(sound, p)
	}
	if len(sound) == len(s.PatternProperties) {
		return s
	}
	return b.replace(s, func(c *spec.Schema) { c.PatternProperties, c.AdditionalProperties = sound, nil })
}

// beyondRE2 finds in a pattern what only an ECMA-262 engine matches: look-around, back references, and counts that RE2 refuses.
// It may find more than there is, in a class say: that costs an import and nothing else.
var beyondRE2 = regexp.MustCompile(`\(\?<?[=!]|\\[1-9]|\\k<|\{[0-9]*,?[0-9]{4,}`)

// mayBeECMA says whether the fault of a pattern may come from what Go's syntax lacks and ECMA-262 has.
func mayBeECMA(err error, pattern string) bool {
	var fault *syntax.Error
	if !errors.As(err, &fault) {
		return false
	}
	switch fault.Code {
	case syntax.ErrInvalidPerlOp, syntax.ErrInvalidNamedCapture: // (?=  (?!  (?<=  (?<name>
		return strings.HasPrefix(fault.Expr, "(?=") || strings.HasPrefix(fault.Expr, "(?!") || strings.HasPrefix(fault.Expr, "(?<")
	case syntax.ErrInvalidEscape, syntax.ErrInvalidCharRange, syntax.ErrInvalidRepeatSize, syntax.ErrLarge:
		return fault.Expr != `\` && !strings.HasSuffix(pattern, `\`) && !reversedRange(fault)
	default:
		return false
	}
}

// reversedRange says whether the fault is a range such as z-a, which no dialect takes.
func reversedRange(fault *syntax.Error) bool {
	runes := []rune(fault.Expr)
	return fault.Code == syntax.ErrInvalidCharRange && len(runes) == 3 && runes[1] == '-' && runes[0] > runes[2]
}

func (b *builder) arrayRule(s *spec.Schema) *Rule {
	b.disjoint(s, s.MinItems, s.MaxItems, "minItems", "maxItems")
	var fields []RuleField
	fields = atLeast(fields, "MinItems", s.MinItems)
	most := s.MaxItems
	if s.Items != nil && s.Items.Never {
		prefix := int64(len(s.PrefixItems))
		most = smaller(most, &prefix)
	}
	fields = limit(fields, "MaxItems", most)
	if s.UniqueItems {
		fields = append(fields, RuleField{"Unique", boolExpr(true)})
	}
	return b.rule(s, "ArrayRule", fields)
}

func (b *builder) objectRule(s *spec.Schema) *Rule {
	b.disjoint(s, s.MinProperties, s.MaxProperties, "minProperties", "maxProperties")
	var fields []RuleField
	fields = atLeast(fields, "MinProperties", s.MinProperties)
	fields = limit(fields, "MaxProperties", s.MaxProperties)
	return b.rule(s, "ObjectRule", fields)
}
