package validate

import (
	"regexp"
	"regexp/syntax"
	"strings"
	"sync"
	"time"
)

// lazy returns the match function of a regular expression that is compiled when it is first asked.
func lazy(expression string) func(string) bool {
	compiled := sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expression) })
	return func(s string) bool { return compiled().MatchString(s) }
}

var (
	// matchTime takes full-time of RFC 3339 section 5.6, but knows nothing of when a leap second can be.
	matchTime = lazy(`^(?:[01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60)(?:\.\d+)?(?:[Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)\z`)

	// isDuration is the grammar of RFC 3339 appendix A.
	isDuration = lazy(`^P(?:\d+W|(?:\d+Y(?:\d+M(?:\d+D)?)?|\d+M(?:\d+D)?|\d+D)(?:` + clock + `)?|` + clock + `)\z`)

	// isUUID is the text form of RFC 9562 section 4.
	isUUID = lazy(`^[[:xdigit:]]{8}(?:-[[:xdigit:]]{4}){3}-[[:xdigit:]]{12}\z`)

	// isURITemplate is the grammar of RFC 6570 section 2, with the apostrophe of its erratum 6937.
	isURITemplate = lazy(`^(?:[^\x00-\x20"%<>\\^` + "`" + `{|}\x7F-\x9F]|%[[:xdigit:]]{2}|\{[+#./;?&=,!@|]?` + variable + `(?:,` + variable + `)*\})*\z`)

	// isRelativeJSONPointer is the grammar of draft-bhutton-relative-json-pointer section 3, without its index manipulation.
	isRelativeJSONPointer = lazy(`^(?:0|[1-9]\d*)(?:#|(?:/(?s:[^~/]|~[01])*)*)\z`)

	// isJSONPointer is the grammar of RFC 6901 section 3.
	isJSONPointer = lazy(`^(?:/(?s:[^~/]|~[01])*)*\z`)
)

const (
	clock    = `T(?:\d+H(?:\d+M(?:\d+S)?)?|\d+M(?:\d+S)?|\d+S)`
	variable = nameCharacter + `(?:\.?` + nameCharacter + `)*(?::[1-9]\d{0,3}|\*)?`
	// nameCharacter is varchar of RFC 6570.
	nameCharacter = `(?:[0-9A-Za-z_]|%[[:xdigit:]]{2})`
)

// isDate reports whether s is full-date of RFC 3339 section 5.6, on a day that exists.
func isDate(s string) bool {
	_, err := time.Parse(time.DateOnly, s)
	return err == nil
}

// isTime reports whether s is full-time of RFC 3339 section 5.6. A leap second must fall on 23:59:60 UTC.
func isTime(s string) bool {
	if !matchTime(s) {
		return false
	}
	if s[6] != '6' {
		return true
	}
	minute := minutes(s)
	if s[len(s)-1]|0x20 != 'z' {
		offset := s[len(s)-len("+hh:mm"):]
		if offset[0] == '+' {
			minute -= minutes(offset[1:])
		} else {
			minute += minutes(offset[1:])
		}
	}
	return (minute+24*60)%(24*60) == 24*60-1
}

// minutes returns the minutes in a leading hh:mm.
func minutes(s string) int {
	return int(s[0]-'0')*600 + int(s[1]-'0')*60 + int(s[3]-'0')*10 + int(s[4]-'0')
}

// isDateTime reports whether s is date-time of RFC 3339 section 5.6.
func isDateTime(s string) bool {
	const day = len(time.DateOnly)
	return len(s) > day && isDate(s[:day]) && s[day]|0x20 == 't' && isTime(s[day+1:])
}

// isRegex reports whether s is a pattern of ECMA-262.
func isRegex(s string) bool {
	t := (&translator{in: s, names: map[string]int{}, syntaxOnly: true}).translate()
	if t.err != nil {
		return false
	}
	_, err := syntax.Parse(t.re2, syntax.Perl)
	return err == nil || strings.Contains(err.Error(), string(syntax.ErrInvalidRepeatSize)) || strings.Contains(err.Error(), string(syntax.ErrLarge))
}
