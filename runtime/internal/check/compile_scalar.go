package check

import (
	"encoding/base64"
	"math"
	"strconv"
	"strings"

	"github.com/tornadogen/tornadogen/runtime/internal/jsonwire"
	"github.com/tornadogen/tornadogen/runtime/internal/validate"
	"github.com/tornadogen/tornadogen/runtime/internal/value"
)

// assertion compiles the keywords of values that have no parts, and those of values of any type.
func (c *compiler) assertion(n *node, name string, v int) bool {
	switch name {
	case "type":
		c.types(n, v)
	case "enum", "const":
		n.values = append(n.values, c.values(name, v))
	case "minimum":
		n.numberRule().minimum = c.bound(v)
	case "maximum":
		n.numberRule().maximum = c.bound(v)
	case "exclusiveMinimum":
		n.numberRule().exclusiveMinimum = c.bound(v)
	case "exclusiveMaximum":
		n.numberRule().exclusiveMaximum = c.bound(v)
	case "multipleOf":
		n.numberRule().multipleOf = string(c.outline.Raw(v))
	case "minLength":
		n.textRule().MinLength = c.size(v)
	case "maxLength":
		n.textRule().MaxLength = most(c.size(v))
	case "pattern":
		n.textRule().Pattern = validate.NewPattern(c.text(v))
	case "format":
		n.format(c.text(v))
	case "contentEncoding":
		n.encoding(c.text(v))
	default:
		return false
	}
	return true
}

var kindSets = map[string]kindSet{
	"null": 1 << jsonwire.KindNull, "boolean": 1 << jsonwire.KindBoolean, "string": 1 << jsonwire.KindString,
	"integer": 1 << jsonwire.KindInteger, "number": 1<<jsonwire.KindInteger | 1<<jsonwire.KindNumber,
	"array": 1 << jsonwire.KindArray, "object": 1 << jsonwire.KindObject,
}

func (c *compiler) types(n *node, v int) {
	var names []string
	if c.outline.Kind(v) == jsonwire.KindString {
		names = append(names, c.text(v))
	}
	for item := range c.items(v) {
		names = append(names, c.text(item))
	}
	for _, name := range names {
		n.kinds |= kindSets[name]
	}
	n.typed = strings.Join(names, " or ")
}

func (c *compiler) values(keyword string, v int) *values {
	out := &values{keyword: keyword, strings: map[string]bool{}, others: map[string]bool{}}
	var words []string
	add := func(i int) {
		if c.outline.Kind(i) == jsonwire.KindString {
			text := c.text(i)
			out.strings[text] = true
			words = append(words, text)
			return
		}
		text, _ := jsonwire.Canonical(c.outline.Raw(i))
		out.others[text] = true
		words = append(words, string(c.outline.Raw(i)))
	}
	if keyword == "const" {
		add(v)
		out.message = validate.MessageConst(string(c.outline.Raw(v)))
		return out
	}
	for item := range c.items(v) {
		add(item)
	}
	out.message = validate.MessageEnum(words)
	return out
}

func (n *node) numberRule() *numberRule {
	if n.number == nil {
		n.number = &numberRule{}
	}
	return n.number
}

func (n *node) textRule() *textRule {
	if n.text == nil {
		n.text = &textRule{}
	}
	return n.text
}

// size returns a number of things; the largest that an int of 32 bits holds, if it is larger.
func (c *compiler) size(v int) int {
	f, _ := strconv.ParseFloat(string(c.outline.Raw(v)), 64)
	return int(min(f, math.MaxInt32))
}

// bound is a number that others are compared with.
type bound struct {
	text    string
	float   float64
	short   bool // float tells it from every other number of as few digits
	decimal value.Decimal
}

func (c *compiler) bound(v int) *bound {
	text := string(c.outline.Raw(v))
	b := &bound{text: text}
	b.float, b.short = shortNumber([]byte(text))
	b.decimal, _ = value.ParseDecimal(text)
	return b
}

// numberFormat is a format of numbers.
type numberFormat struct {
	whole     bool
	low, high *bound // nil: none
	message   string
}

var numberFormats = map[string]*numberFormat{
	"int8": wholeFormat("-128", "127", "must fit in 8 bits"), "uint8": wholeFormat("0", "255", "must fit in 8 bits"),
	"int16": wholeFormat("-32768", "32767", "must fit in 16 bits"), "uint16": wholeFormat("0", "65535", "must fit in 16 bits"),
	"int32":  wholeFormat("-2147483648", "2147483647", validate.MessageInt32),
	"uint32": wholeFormat("0", "4294967295", validate.MessageInt32),
	"int64":  wholeFormat("-9223372036854775808", "9223372036854775807", validate.MessageInt64),
	"uint64": wholeFormat("0", "18446744073709551615", validate.MessageInt64),
	"float":  {low: boundOf("-3.4028234663852886e38"), high: boundOf("3.4028234663852886e38"), message: validate.MessageFloat32},
	"double": {low: boundOf("-1.7976931348623157e308"), high: boundOf("1.7976931348623157e308"), message: validate.MessageFloat64},
}

func wholeFormat(low, high, message string) *numberFormat {
	return &numberFormat{true, boundOf(low), boundOf(high), message}
}

func boundOf(text string) *bound {
	decimal, _ := value.ParseDecimal(text)
	return &bound{text: text, decimal: decimal}
}

// format asserts a format, of numbers or of strings.
func (n *node) format(name string) {
	if f := numberFormats[name]; f != nil {
		n.numberRule().format = f
		return
	}
	t := n.textRule()
	switch name {
	case "byte":
		n.encoding("base64")
	default:
		known, ok := validate.FormatNamed(name)
		if !ok {
			known = validate.CustomFormat(name)
		}
		t.Format = known
	}
}

func (n *node) encoding(name string) {
	t := n.textRule()
	switch name {
	case "base64":
		t.parse = func(s string) bool { return decodes(base64.StdEncoding, s) }
	case "base64url":
		t.parse = func(s string) bool { return decodes(base64.RawURLEncoding, strings.TrimRight(s, "=")) }
	default:
		return
	}
}

func decodes(e *base64.Encoding, s string) bool {
	_, err := e.DecodeString(s)
	return err == nil
}
