package validate

import (
	"slices"
	"strconv"
	"strings"
)

// Keywords of violations that no rule of this package finds.
const (
	KeywordType                 = "type"
	KeywordRequired             = "required"
	KeywordEnum                 = "enum"
	KeywordConst                = "const"
	KeywordFormat               = "format"
	KeywordAdditionalProperties = "additionalProperties"
	KeywordPropertyNames        = "propertyNames"
	KeywordReadOnly             = "readOnly"
	KeywordContentEncoding      = "contentEncoding"

	KeywordMinimum          = "minimum"
	KeywordMaximum          = "maximum"
	KeywordExclusiveMinimum = "exclusiveMinimum"
	KeywordExclusiveMaximum = "exclusiveMaximum"
	KeywordMultipleOf       = "multipleOf"

	KeywordNot                   = "not"
	KeywordOneOf                 = "oneOf"
	KeywordAnyOf                 = "anyOf"
	KeywordItems                 = "items"
	KeywordPrefixItems           = "prefixItems"
	KeywordContains              = "contains"
	KeywordMinContains           = "minContains"
	KeywordMaxContains           = "maxContains"
	KeywordUnevaluatedItems      = "unevaluatedItems"
	KeywordProperties            = "properties"
	KeywordPatternProperties     = "patternProperties"
	KeywordDependentRequired     = "dependentRequired"
	KeywordUnevaluatedProperties = "unevaluatedProperties"
)

// Messages that take no argument.
const (
	MessageRequired   = "is required"
	MessageNotAllowed = "is not allowed"
	MessageReadOnly   = "is readOnly: it must not be sent"
	MessageInt32      = "must fit in 32 bits"
	MessageInt64      = "must fit in 64 bits"
	MessageUint       = "must not be negative"
	MessageFloat32    = "must fit in a 32-bit float"
	MessageFloat64    = "must fit in a 64-bit float"
	MessageBase64     = "must be valid base64"
	MessageDecimal    = "must be a decimal number of a sensible size"
)

// MessageType says that a value is of another type than wanted, both as JSON Schema names them: "expected string, got number".
func MessageType(want, got string) string { return "expected " + want + ", got " + got }

// MessageText says that a text does not stand for a value of a type: "must be an integer".
func MessageText(want string) string {
	switch {
	case want == "boolean":
		return "must be true or false"
	case strings.ContainsRune("aeiou", rune(want[0])):
		return "must be an " + want
	}
	return "must be a " + want
}

// OfText returns v as it is said of a value that was sent as text: whoever sent it knows of no strings in JSON.
func (v Violation) OfText() Violation {
	before, after, _ := strings.Cut(MessageType("|", "string"), "|")
	if want, ok := strings.CutSuffix(v.Message, after); ok && v.Keyword == KeywordType {
		v.Message = MessageText(strings.TrimPrefix(want, before))
	}
	v.Pointer = strings.ReplaceAll(v.Pointer, "/$body", "") // of a part, which is called by its name alone
	return v
}

// MessageConst says that only one value is allowed; text is its JSON.
func MessageConst(text string) string { return "must be " + text }

// MessageEnum says that only these values are allowed: "must be one of available, pending, sold". A long list is cut.
func MessageEnum(values []string) string {
	if len(values) == 1 {
		return MessageConst(values[0])
	}
	if len(values) > maxListed {
		return "must be one of " + strings.Join(values[:maxListed], ", ") + " or " + strconv.Itoa(len(values)-maxListed) + " others"
	}
	return "must be one of " + strings.Join(values, ", ")
}

// maxListed bounds how many values of an enum a message names.
const maxListed = 40

func messageAtLeast(n int, one, many string) string {
	return "must have at least " + count(n, one, many)
}

func messageAtMost(n int, one, many string) string { return "must have at most " + count(n, one, many) }

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}

// MessageNumber says what a keyword that bounds numbers demands: "must be at least 1".
func MessageNumber(keyword, bound string) string {
	return messageBound(Faults(1)<<slices.Index(keywords[:], keyword), bound)
}

// messageBound says what the bound of a number is, which is given as text.
func messageBound(fault Faults, bound string) string {
	switch fault {
	case faultMinimum:
		return "must be at least " + bound
	case faultExclusiveMinimum:
		return "must be greater than " + bound
	case faultMaximum:
		return "must be at most " + bound
	case faultExclusiveMaximum:
		return "must be less than " + bound
	default:
		return "must be a multiple of " + bound
	}
}
