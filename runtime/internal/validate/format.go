package validate

// Format is a value of the keyword `format` that is checked on strings that stay strings.
type Format uint8

// The formats of JSON Schema (draft 2020-12, section 7.3).
const (
	FormatNone Format = iota
	FormatEmail
	FormatIDNEmail
	FormatHostname
	FormatIDNHostname
	FormatIPv4
	FormatIPv6
	FormatURI
	FormatURIReference
	FormatURITemplate
	FormatIRI
	FormatIRIReference
	FormatDateTime
	FormatDate
	FormatTime
	FormatDuration
	FormatUUID
	FormatJSONPointer
	FormatRelativeJSONPointer
	FormatRegex
	firstCustom
)

// formats holds what each format is called in a message, and its check.
var formats = [firstCustom]struct {
	noun  string
	check func(string) bool
}{
	FormatEmail:               {"email address", isEmail},
	FormatIDNEmail:            {"email address", isIDNEmail},
	FormatHostname:            {"host name", isHostname},
	FormatIDNHostname:         {"host name", isIDNHostname},
	FormatIPv4:                {"IPv4 address", isIPv4},
	FormatIPv6:                {"IPv6 address", isIPv6},
	FormatURI:                 {"URI", isURI},
	FormatURIReference:        {"URI reference", isURIReference},
	FormatURITemplate:         {"URI template", isURITemplate},
	FormatIRI:                 {"IRI", isIRI},
	FormatIRIReference:        {"IRI reference", isIRIReference},
	FormatDateTime:            {"date-time, as 2006-01-02T15:04:05Z", isDateTime},
	FormatDate:                {"date, as 2006-01-02", isDate},
	FormatTime:                {"time, as 15:04:05Z", isTime},
	FormatDuration:            {"duration, as P1DT12H", isDuration},
	FormatUUID:                {"UUID", isUUID},
	FormatJSONPointer:         {"JSON pointer", isJSONPointer},
	FormatRelativeJSONPointer: {"relative JSON pointer", isRelativeJSONPointer},
	FormatRegex:               {"regular expression", isRegex},
}

// formatNames are the formats by their names in JSON Schema.
var formatNames = map[string]Format{
	"email": FormatEmail, "idn-email": FormatIDNEmail, "hostname": FormatHostname, "idn-hostname": FormatIDNHostname,
	"ipv4": FormatIPv4, "ipv6": FormatIPv6, "uri": FormatURI, "uri-reference": FormatURIReference,
	"uri-template": FormatURITemplate, "iri": FormatIRI, "iri-reference": FormatIRIReference, "date-time": FormatDateTime,
	"date": FormatDate, "time": FormatTime, "duration": FormatDuration, "uuid": FormatUUID, "json-pointer": FormatJSONPointer,
	"relative-json-pointer": FormatRelativeJSONPointer, "regex": FormatRegex,
}

// FormatNamed returns the format that JSON Schema knows by this name; false if it knows none.
func FormatNamed(name string) (Format, bool) {
	f, ok := formatNames[name]
	return f, ok
}

// IsCustom reports whether the check of f is one that a program has registered.
func (f Format) IsCustom() bool { return f >= firstCustom }

// Check reports whether s is in the format. FormatNone takes every string.
func (f Format) Check(s string) bool {
	if f >= firstCustom {
		return checkCustom(f, s)
	}
	check := formats[f].check
	return check == nil || check(s)
}

// Message returns "must be a valid email address" and the like.
func (f Format) Message() string {
	if f >= firstCustom {
		return "must be a valid " + customName(f)
	}
	return "must be a valid " + formats[f].noun
}
