package param

import (
	"bytes"
	"encoding/base64"
	"errors"
	"math"
	"net/netip"
	"strconv"
	"time"

	"github.com/tornadogen/tornadogen/runtime/internal/shape"
	"github.com/tornadogen/tornadogen/runtime/internal/validate"
	"github.com/tornadogen/tornadogen/runtime/internal/value"
)

// String returns the text. It fails for text that is not UTF-8.
func (v Value) String(rule *validate.StringRule) string {
	text, ok := v.text()
	if !ok {
		return ""
	}
	s := string(text)
	if rule != nil {
		v.check(rule.CheckWithin(s, &v.report.patience), rule)
	}
	return s
}

// Enum returns the text as one of the values of a list, without a copy. A lenient report keeps any text.
func (v Value) Enum(list *validate.Enum) string {
	text, ok := v.text()
	if !ok {
		return ""
	}
	if s, ok := list.Lookup(text); ok {
		return s
	}
	if v.report.Lenient {
		return string(text)
	}
	v.check(list.Check(string(text)), list)
	return ""
}

// Int64 reads an integer as ParseInt64 does.
func (v Value) Int64(rule *validate.IntRule) int64 {
	return v.integer(rule, math.MinInt64, math.MaxInt64, validate.MessageInt64)
}

// Int32 reads an integer as ParseInt64 does.
func (v Value) Int32(rule *validate.IntRule) int32 {
	return int32(v.integer(rule, math.MinInt32, math.MaxInt32, validate.MessageInt32))
}

func (v *Value) integer(rule *validate.IntRule, low, high int64, tooLarge string) int64 {
	text, ok := v.bytes()
	if !ok {
		return 0
	}
	n, err := ParseInt64(text)
	if err == nil && (n < low || n > high) {
		err = ErrRange
	}
	if err != nil {
		v.parsed(err, "integer", tooLarge)
		return 0
	}
	if rule != nil {
		v.check(rule.Check(n), rule)
	}
	return n
}

// Uint64 reads an integer as ParseUint64 does.
func (v Value) Uint64(rule *validate.UintRule) uint64 {
	return v.unsigned(rule, math.MaxUint64, validate.MessageInt64)
}

// Uint32 reads an integer as ParseUint64 does.
func (v Value) Uint32(rule *validate.UintRule) uint32 {
	return uint32(v.unsigned(rule, math.MaxUint32, validate.MessageInt32))
}

func (v *Value) unsigned(rule *validate.UintRule, high uint64, tooLarge string) uint64 {
	text, ok := v.bytes()
	if !ok {
		return 0
	}
	n, err := ParseUint64(text)
	if err == nil && n > high {
		err = ErrRange
	}
	if len(text) > 0 && text[0] == '-' {
		tooLarge = validate.MessageUint
	}
	if !v.parsed(err, "integer", tooLarge) {
		return 0
	}
	if rule != nil {
		v.check(rule.Check(n), rule)
	}
	return n
}

// Float64 reads a number as ParseFloat does.
func (v Value) Float64(rule *validate.FloatRule) float64 {
	return v.float(rule, 64, validate.MessageFloat64)
}

// Float32 reads a number as ParseFloat does.
func (v Value) Float32(rule *validate.FloatRule) float32 {
	return float32(v.float(rule, 32, validate.MessageFloat32))
}

func (v *Value) float(rule *validate.FloatRule, bitSize int, tooLarge string) float64 {
	text, ok := v.bytes()
	if !ok {
		return 0
	}
	f, err := ParseFloat(text, bitSize)
	if !v.parsed(err, "number", tooLarge) {
		return 0
	}
	if rule != nil {
		v.check(rule.Check(f, shape.JSONNumber(text)), rule)
	}
	return f
}

// Bool reads "true" or "false".
func (v Value) Bool() bool {
	text, ok := v.bytes()
	if !ok {
		return false
	}
	b, err := ParseBool(text)
	v.parsed(err, "boolean", "")
	return b
}

// ConstBool reads the only one of "true" and "false" that is allowed.
func (v Value) ConstBool(want bool) bool {
	text, ok := v.bytes()
	if !ok {
		return false
	}
	b, err := ParseBool(text)
	if v.parsed(err, "boolean", "") && b != want {
		v.Violate(validate.KeywordConst, validate.MessageConst(strconv.FormatBool(want)))
	}
	return b
}

// parsed records what was wrong with a text that should be of a type of JSON Schema.
func (v *Value) parsed(err error, typ, tooLarge string) bool {
	switch {
	case err == nil:
		return true
	case errors.Is(err, ErrRange):
		v.Violate(validate.KeywordFormat, tooLarge)
	default:
		v.Violate(validate.KeywordType, validate.MessageText(typ))
	}
	return false
}

// Convert reads the text with a function that knows a format of strings; an error of it is a violation of that format,
// with this message.
func Convert[T any](v Value, message string, parse func(string) (T, error)) T {
	text, ok := v.text()
	if !ok {
		var zero T
		return zero
	}
	t, err := parse(string(text))
	if err != nil {
		v.Violate(validate.KeywordFormat, message)
		var zero T
		return zero
	}
	return t
}

// Time reads a date-time (RFC 3339 section 5.6). In a query, the plus sign of an offset may be left unencoded.
func (v Value) Time() time.Time {
	return Convert(v, validate.FormatDateTime.Message(), func(s string) (time.Time, error) {
		return value.ParseTime(plusSign(s, v.place.In))
	})
}

// plusSign puts the plus sign of an offset back that a query has made a space.
func plusSign(s string, in In) string {
	if in == InQuery {
		return shape.PlusSign(s)
	}
	return s
}

// Date reads a full-date (RFC 3339 section 5.6).
func (v Value) Date() value.Date {
	return Convert(v, validate.FormatDate.Message(), value.ParseDate)
}

// TimeOfDay reads a full-time (RFC 3339 section 5.6). For the plus sign of an offset see Time.
func (v Value) TimeOfDay() value.TimeOfDay {
	return Convert(v, validate.FormatTime.Message(), func(s string) (value.TimeOfDay, error) {
		return value.ParseTimeOfDay(plusSign(s, v.place.In))
	})
}

// Duration reads a duration of ISO 8601 (RFC 3339 appendix A).
func (v Value) Duration() value.Duration {
	return Convert(v, validate.FormatDuration.Message(), value.ParseDuration)
}

// UUID reads a UUID (RFC 9562 section 4).
func (v Value) UUID() value.UUID {
	return Convert(v, validate.FormatUUID.Message(), value.ParseUUID)
}

// Decimal reads a number exactly. Leading zeros are dropped.
func (v Value) Decimal(rule *validate.FloatRule) value.Decimal {
	text, ok := v.bytes()
	if !ok {
		return value.Decimal{}
	}
	if !shape.IsNumber(text) {
		v.parsed(ErrType, "number", "")
		return value.Decimal{}
	}
	d, err := value.ParseDecimal(shape.JSONNumber(text))
	if err != nil {
		v.Violate(validate.KeywordFormat, validate.MessageDecimal)
		return value.Decimal{}
	}
	if rule != nil {
		v.check(rule.CheckDecimal(d.String()), rule)
	}
	return d
}

func addrMessage(version int) string {
	switch version {
	case 4:
		return validate.FormatIPv4.Message()
	case 6:
		return validate.FormatIPv6.Message()
	}
	return "must be a valid IP address"
}

// Addr reads an IP address: version is 4 or 6, or 0 for either. Zones are refused.
func (v Value) Addr(version int) netip.Addr {
	return Convert(v, addrMessage(version), func(s string) (netip.Addr, error) {
		return value.ParseAddr(s, version)
	})
}

// Base64 reads base64, in the alphabet for URLs or in the other one, with padding or without (RFC 4648 sections 4, 5).
// The rule is about the encoded text.
func (v Value) Base64(rule *validate.StringRule) []byte {
	text, ok := v.text()
	if !ok {
		return nil
	}
	if rule != nil {
		v.check(rule.CheckWithin(string(text), &v.report.patience), rule)
	}
	text = bytes.Clone(text)
	for i, c := range text {
		switch {
		case c == '-', c == ' ' && v.place.In == InQuery: // an unencoded plus sign
			text[i] = '+'
		case c == '_':
			text[i] = '/'
		}
	}
	if len(text)%4 == 0 { // padding, if there is any, is right
		text = bytes.TrimSuffix(bytes.TrimSuffix(text, []byte{'='}), []byte{'='})
	}
	data, err := base64.RawStdEncoding.AppendDecode(nil, text)
	if err != nil {
		v.Violate(validate.KeywordFormat, validate.MessageBase64)
		return nil
	}
	return data
}

// appendBase64 appends data in the alphabet for URLs, with padding.
func appendBase64(b, data []byte) []byte { return base64.URLEncoding.AppendEncode(b, data) }
