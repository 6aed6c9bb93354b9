package validate_test

import (
	"math"
	"math/big"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/tornadogen/tornadogen/runtime/internal/validate"
)

// words joins what the faults say, as "minimum: must be at least 1".
func words(f validate.Faults, rule validate.Rule) string {
	var all []string
	for keyword, message := range f.Explain(rule) {
		all = append(all, keyword+": "+message)
	}
	return strings.Join(all, "; ")
}

func TestIntRule(t *testing.T) {
	rule := &validate.IntRule{Min: 1, HasMin: true, Max: 10, HasMax: true, MultipleOf: 2, Enum: []int64{2, 4, 12}}
	for v, want := range map[int64]string{
		2:  "",
		6:  "enum: must be one of 2, 4, 12",
		0:  "enum: must be one of 2, 4, 12; minimum: must be at least 1",
		12: "maximum: must be at most 10",
		-3: "enum: must be one of 2, 4, 12; minimum: must be at least 1; multipleOf: must be a multiple of 2",
	} {
		assert.Equal(t, want, words(rule.Check(v), rule), v)
	}
	assert.Zero(t, (&validate.IntRule{}).Check(math.MinInt64), "the zero rule demands nothing")
	assert.Zero(t, (&validate.IntRule{MultipleOf: -1}).Check(math.MinInt64))
	single := &validate.IntRule{Enum: []int64{7}}
	assert.Equal(t, "enum: must be 7", words(single.Check(1), single))
}

func TestUintRule(t *testing.T) {
	rule := &validate.UintRule{Min: 1, HasMin: true, Max: math.MaxUint64 - 1, HasMax: true, MultipleOf: 3, Enum: []uint64{3}}
	assert.Empty(t, words(rule.Check(3), rule))
	assert.Equal(t, "enum: must be 3; minimum: must be at least 1", words(rule.Check(0), rule))
	assert.Equal(t, "enum: must be 3; maximum: must be at most 18446744073709551614", words(rule.Check(math.MaxUint64), rule))
	assert.Equal(t, "enum: must be 3; multipleOf: must be a multiple of 3", words(rule.Check(4), rule))
}

func TestFloatRule(t *testing.T) {
	closed := &validate.FloatRule{Min: -0.5, HasMin: true, Max: 1e21, HasMax: true}
	open := &validate.FloatRule{Min: -0.5, HasMin: true, ExclusiveMin: true, Max: 1.5, HasMax: true, ExclusiveMax: true}
	tests := []struct {
		rule *validate.FloatRule
		text string
		want string
	}{
		{closed, "-0.5", ""},
		{closed, "-0.6", "minimum: must be at least -0.5"},
		{closed, "1e22", "maximum: must be at most 1e+21"},
		{open, "-0.5", "exclusiveMinimum: must be greater than -0.5"},
		{open, "1.5", "exclusiveMaximum: must be less than 1.5"},
		{open, "2", "exclusiveMaximum: must be less than 1.5"},
		{open, "0", ""},
		{&validate.FloatRule{MultipleOf: "0.1"}, "0.3", ""},
		{&validate.FloatRule{MultipleOf: "0.1"}, "0.35", "multipleOf: must be a multiple of 0.1"},
		{&validate.FloatRule{Enum: []float64{0.5, 2}}, "2.0", ""},
		{&validate.FloatRule{Enum: []float64{0.5, 2}}, "1", "enum: must be one of 0.5, 2"},
		{&validate.FloatRule{}, "1e300", ""},
	}
	for _, test := range tests {
		v, err := strconv.ParseFloat(test.text, 64)
		require.NoError(t, err)
		assert.Equal(t, test.want, words(test.rule.Check(v, test.text), test.rule), test.text)
		assert.Equal(t, test.want, words(test.rule.CheckDecimal(test.text), test.rule), test.text)
	}
}

func TestCheckDecimalOfAnInteger(t *testing.T) {
	rule := &validate.FloatRule{Integer: true, MultipleOf: "3", Max: 10, HasMax: true}
	assert.Equal(t, "type: expected integer, got number", words(rule.CheckDecimal("10.5"), rule), "and nothing else")
	assert.Equal(t, "type: expected integer, got number", words(rule.CheckDecimal("1e-1"), rule))
	assert.Zero(t, rule.CheckDecimal("9.0"))
	assert.Zero(t, rule.CheckDecimal("-3e30"))
	assert.Equal(t, "multipleOf: must be a multiple of 3", words(rule.CheckDecimal("10"), rule))
}

func TestCheckDecimalIsExact(t *testing.T) {
	bound := func(limit float64) *validate.FloatRule {
		return &validate.FloatRule{Min: limit, HasMin: true, Max: limit, HasMax: true}
	}
	for _, test := range []struct {
		limit float64
		text  string
		sign  int
	}{
		{5, "5.00000000000000000001", 1},
		{5, "4.99999999999999999999", -1},
		{5, "5.000", 0},
		{0.1, "0.1", 0},
		{0.1, "0.10000000000000000001", 1},
		{0, "1e-999999999", 1},
		{0, "-1e-999999999", -1},
		{0, "-0.0e5", 0},
		{1, "1e999999999", 1},
		{1, "-1e999999999", -1},
		{math.MaxFloat64, "1.7976931348623157e308", 0},
		{5e-324, "4.9e-324", -1},
		{1e21, "1000000000000000000001", 1},
	} {
		f := bound(test.limit).CheckDecimal(test.text)
		want := map[int]string{-1: "minimum", 0: "", 1: "maximum"}[test.sign]
		keyword, _, _ := strings.Cut(words(f, bound(test.limit)), ":")
		assert.Equal(t, want, keyword, "%s against %g", test.text, test.limit)
	}
}

func TestMultipleOf(t *testing.T) {
	tests := []struct {
		text, divisor string
		want          bool
	}{
		{"0", "0.3", true},
		{"4.50", "1.5", true},
		{"35", "1.5", false},
		{"0.0075", "0.0001", true},
		{"0.00751", "0.0001", false},
		{"1e308", "0.123456789", false},
		{"1e308", "0.5", true},
		{"12391239123", "1e-8", true},
		{"-7.5", "2.5", true},
		{"19.99", "0.01", true},
		{"9007199254740993", "3", true},
		{"9007199254740994", "3", false},
		{"18446744073709551615", "5", true},
		{"36893488147419103232", "18446744073709551616", true}, // beyond 64 bits
		{"36893488147419103233", "18446744073709551616", false},
		{"12345678901234567890123.5", "0.25", true},
		{"12345678901234567890123.5", "1", false},
		{"1e1000001", "3", false},
		{"1" + strings.Repeat("0", 2000), "1", true},
		{strings.Repeat("1", 2000), "1", false}, // too long to calculate with
		{"5", "0", true},
	}
	for _, test := range tests {
		rule := &validate.FloatRule{MultipleOf: test.divisor}
		assert.Equal(t, test.want, rule.Check(1, test.text) == 0, "%.30s of %s", test.text, test.divisor)
	}
}

func TestMultipleOfAgainstBigRat(t *testing.T) {
	number := rapid.StringMatching(`(0|[1-9][0-9]{0,22})(\.[0-9]{1,8})?([eE][+-]?[0-9])?`)
	rapid.Check(t, func(t *rapid.T) {
		text, divisor := "-"+number.Draw(t, "text"), number.Draw(t, "divisor")
		a, _ := new(big.Rat).SetString(text)
		b, _ := new(big.Rat).SetString(divisor)
		if b.Sign() == 0 {
			return
		}
		if rapid.Bool().Draw(t, "multiply") { // or hardly one would be a multiple
			a.Mul(b, new(big.Rat).SetInt64(rapid.Int64Range(0, 1e9).Draw(t, "times")))
			text = a.FloatString(40)
		}
		want := new(big.Rat).Quo(a, b).IsInt()
		assert.Equal(t, want, (&validate.FloatRule{MultipleOf: divisor}).Check(1, text) == 0, "%s of %s", text, divisor)
	})
}

func TestStringRule(t *testing.T) {
	rule := &validate.StringRule{MinLength: 2, MaxLength: 3, Pattern: validate.NewPattern("^[aé😀]*$"), Format: validate.FormatHostname}
	for s, want := range map[string]string{
		"aa":   "",
		"é":    "minLength: must have at least 2 characters; format: must be a valid host name",
		"aaaa": "maxLength: must have at most 3 characters",
		"a.b":  "pattern: must match ^[aé😀]*$",
		"😀😀😀":  "format: must be a valid host name",
		"":     "minLength: must have at least 2 characters; format: must be a valid host name",
	} {
		assert.Equal(t, want, words(rule.Check(s), rule), s)
	}
	empty := &validate.StringRule{MaxLength: validate.LimitZero}
	assert.Empty(t, words(empty.Check(""), empty))
	assert.Equal(t, "maxLength: must have at most 0 characters", words(empty.Check("a"), empty))
	one := &validate.StringRule{MinLength: 1}
	assert.Equal(t, "minLength: must have at least 1 character", words(one.Check(""), one))
	assert.Zero(t, (&validate.StringRule{}).Check("anything"))
}

func TestLengthsCountCodePoints(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.String().Draw(t, "s")
		low, high := rapid.IntRange(0, 20).Draw(t, "low"), rapid.IntRange(1, 20).Draw(t, "high")
		rule := &validate.StringRule{MinLength: low, MaxLength: high}
		n := len([]rune(s))
		assert.Equal(t, n >= low && n <= high, rule.Check(s) == 0)
	})
}

func TestArrayAndObjectRules(t *testing.T) {
	array := &validate.ArrayRule{MinItems: 1, MaxItems: 2, Unique: true}
	never := func() bool { t.Error("asked in vain"); return true }
	assert.Empty(t, words(array.Check(1, never), array))
	assert.Equal(t, "minItems: must have at least 1 item", words(array.Check(0, never), array))
	assert.Equal(t, "maxItems: must have at most 2 items; uniqueItems: must have unique items",
		words(array.Check(3, func() bool { return false }), array))
	none := &validate.ArrayRule{MaxItems: validate.LimitZero}
	assert.Equal(t, "maxItems: must have at most 0 items", words(none.Check(1, never), none))

	object := &validate.ObjectRule{MinProperties: 1, MaxProperties: 1}
	assert.Equal(t, "minProperties: must have at least 1 property", words(object.Check(0), object))
	assert.Equal(t, "maxProperties: must have at most 1 property", words(object.Check(2), object))
	assert.Empty(t, words(object.Check(1), object))
}

func TestEnum(t *testing.T) {
	var many []string
	for i := range 50 {
		many = append(many, "v"+strconv.Itoa(i))
	}
	for _, e := range []*validate.Enum{validate.NewEnum("available", "pending", "sold", "v7"), validate.NewEnum(many...)} {
		text := []byte("v7")
		s, ok := e.Lookup(text)
		assert.True(t, ok)
		text[0] = 'x'
		assert.Equal(t, "v7", s)
		_, ok = e.Lookup([]byte("V7"))
		assert.False(t, ok)
		assert.Zero(t, e.Check("v7"))
		assert.Equal(t, validate.FaultEnum, e.Check("gone"))
		assert.True(t, e.Has("v7"))
		assert.False(t, e.Has("v"))
	}
	short := validate.NewEnum("available", "pending")
	assert.Equal(t, []string{"available", "pending"}, short.Values())
	assert.Equal(t, "enum: must be one of available, pending", words(short.Check(""), short))
	assert.Contains(t, words(validate.FaultEnum, validate.NewEnum(many...)), "v38, v39 or 10 others")
}

func TestCustomFormat(t *testing.T) {
	iban := validate.CustomFormat("iban")
	assert.Equal(t, iban, validate.CustomFormat("iban"))
	assert.NotEqual(t, iban, validate.CustomFormat("vat"))
	rule := &validate.StringRule{Format: iban}
	assert.Zero(t, rule.Check("anything"), "nothing is registered yet")
	validate.RegisterFormat("iban", func(s string) bool { return strings.HasPrefix(s, "DE") })
	assert.Zero(t, rule.Check("DE1"))
	assert.Equal(t, "format: must be a valid iban", words(rule.Check("FR1"), rule))
	for i := range 300 {
		validate.CustomFormat("more" + strconv.Itoa(i))
	}
	assert.Equal(t, validate.FormatNone, validate.CustomFormat("one too many"))
}

func TestFormatMessages(t *testing.T) {
	for _, name := range formatNames {
		format, _ := validate.FormatNamed(name)
		assert.Regexp(t, "^must be a valid .+", format.Message(), name)
		assert.False(t, format.Check("\x00 {("), name)
	}
	assert.True(t, validate.FormatNone.Check("\x00"))
	assert.Equal(t, "must be a valid date-time, as 2006-01-02T15:04:05Z", validate.FormatDateTime.Message())
}

func TestOfText(t *testing.T) {
	for want, v := range map[string]validate.Violation{
		"must be an integer":           {Keyword: validate.KeywordType, Message: validate.MessageType("integer", "string")},
		"must be a number":             {Keyword: validate.KeywordType, Message: validate.MessageType("number", "string")},
		"must be true or false":        {Keyword: validate.KeywordType, Message: validate.MessageType("boolean", "string")},
		"expected integer, got object": {Keyword: validate.KeywordType, Message: validate.MessageType("integer", "object")},
		"must be x, got string":        {Keyword: validate.KeywordConst, Message: validate.MessageConst("x, got string")},
	} {
		assert.Equal(t, want, v.OfText().Message)
	}
}

func TestLengthsOfAnyScript(t *testing.T) {
	for _, piece := range []string{"a", "é", "日", "😀", "aé日😀", ""} {
		for n := range 20 {
			s := strings.Repeat(piece, n) + "z"
			want := len([]rune(s))
			assert.Zero(t, (&validate.StringRule{MinLength: want, MaxLength: want}).Check(s), s)
			assert.NotZero(t, (&validate.StringRule{MinLength: want + 1}).Check(s), s)
			if want > 1 {
				assert.NotZero(t, (&validate.StringRule{MaxLength: want - 1}).Check(s), s)
			}
		}
	}
	assert.NotZero(t, (&validate.StringRule{MinLength: 1}).Check(""))
}
