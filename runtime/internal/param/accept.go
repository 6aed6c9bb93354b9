package param

import "strings"

// How well a media range fits a media type, the best last (RFC 9110 section 12.5.1). Each parameter that both have adds
// one, so that parameters decide among ranges of one kind alone.
const (
	noMatch    = 0
	anyType    = 1 << 20 // */*
	anySubtype = 2 << 20 // image/*
	anySuffix  = 3 << 20 // application/*+json
	exact      = 4 << 20 // application/json
)

// Accepts returns the position in offered of the media type that an Accept field (RFC 9110 section 12.5.1) likes best, of
// equals the first, and -1 if it refuses all. Offered types are lower case, may have parameters, and may be wildcards
// themselves ("image/*"), which stand for any type of theirs. An absent or empty field, and one of which nothing can be
// read, accepts the first.
//
// For each offered type the most specific range decides its quality. A parameter of a range must not differ from that of
// the offered type, which need not have it: "application/json;charset=utf-8" accepts "application/json". Ranges in the
// form "application/*+json" are understood. Accepts allocates nothing for up to eight offered types.
func Accepts(accept []byte, offered []string) int {
	if len(offered) == 0 {
		return -1
	}
	if len(accept) == 0 || string(accept) == "*/*" {
		return 0
	}
	for i, o := range offered {
		if string(accept) == o {
			return i
		}
	}
	var few [8]score
	scores := few[:min(len(offered), len(few))]
	if len(offered) > len(few) {
		scores = make([]score, len(offered))
	}
	if !rate(accept, offered, scores) {
		return 0
	}
	best, quality := -1, 0
	for i, s := range scores {
		if s.quality > quality {
			best, quality = i, s.quality
		}
	}
	return best
}

// score is what an Accept field says of one offered type.
type score struct {
	rank    int // how specific the range was that decided
	quality int // in thousandths
}

// rate fills in the score of each offered type. It returns false if the field holds no range at all.
func rate(accept []byte, offered []string, scores []score) (valid bool) {
	for len(accept) > 0 {
		var element []byte
		element, accept = cutUnquoted(accept, ',')
		mediaRange, parameters := cutParameters(element)
		q, ok := weight(parameters)
		typ, subtype, isType := cutType(mediaRange)
		if !ok || !isType {
			continue
		}
		valid = true
		for i, o := range offered {
			rank := matchParameters(matchRange(typ, subtype, o), parameters, o)
			if s := &scores[i]; rank > s.rank || rank == s.rank && rank > noMatch && q > s.quality {
				*s = score{rank, q}
			}
		}
	}
	return valid
}

// weight returns the parameter q in thousandths, 1000 if there is none (RFC 9110 section 12.4.2).
func weight(parameters []byte) (q int, ok bool) {
	for len(parameters) > 0 {
		var key, value []byte
		key, value, parameters = nextParameter(parameters)
		if sameFold(key, "q") {
			return parseWeight(value)
		}
	}
	return 1000, true
}

func parseWeight(value []byte) (q int, ok bool) {
	if len(value) == 0 || len(value) > len("0.000") || value[0] > '1' || value[0] < '0' {
		return 0, false
	}
	q = int(value[0]-'0') * 1000
	if len(value) > 1 && value[1] != '.' {
		return 0, false
	}
	for i, unit := 2, 100; i < len(value); i, unit = i+1, unit/10 {
		if value[i]-'0' > 9 {
			return 0, false
		}
		q += int(value[i]-'0') * unit
	}
	return q, q <= 1000
}

// matchRange tells how well a media range fits a media type, which may be a wildcard too. Parameters of both are left out.
func matchRange[R, T ~string | ~[]byte](rangeType, rangeSubtype R, mediaType T) int {
	typ, subtype, ok := cutType(mediaType)
	if !ok {
		return noMatch
	}
	switch {
	case isStar(rangeType):
		return anyType
	case isStar(typ) && isStar(rangeSubtype):
		return anySubtype
	case isStar(typ):
		return exact
	case !sameFold(rangeType, typ):
		return noMatch
	case isStar(rangeSubtype):
		return anySubtype
	case isStar(subtype), sameFold(rangeSubtype, subtype):
		return exact
	case isSuffixOf(rangeSubtype, subtype):
		return anySuffix
	case isSuffixOf(subtype, rangeSubtype):
		return exact
	}
	return noMatch
}

func isStar[S ~string | ~[]byte](s S) bool { return len(s) == 1 && s[0] == '*' }

// isSuffixOf says whether pattern is "*+json" and subtype ends with "+json".
func isSuffixOf[P, S ~string | ~[]byte](pattern P, subtype S) bool {
	if len(pattern) < 3 || pattern[0] != '*' || pattern[1] != '+' || len(subtype) < len(pattern) {
		return false
	}
	return sameFold(pattern[1:], subtype[len(subtype)-len(pattern)+1:])
}

// matchParameters adds one to the rank for each parameter of the range that the offered type has as well. It gives
// noMatch if they differ in one.
func matchParameters(rank int, parameters []byte, offered string) int {
	if rank == noMatch || len(parameters) == 0 {
		return rank
	}
	_, rest, _ := strings.Cut(offered, ";")
	for len(parameters) > 0 {
		var key, value []byte
		key, value, parameters = nextParameter(parameters)
		if sameFold(key, "q") {
			break // what follows are extensions of Accept
		}
		switch has, same := offeredParameter(rest, key, value); {
		case has && !same:
			return noMatch
		case has:
			rank++
		}
	}
	return rank
}

// offeredParameter says whether the parameters of an offered type have one of that name, and whether it has that value.
func offeredParameter(parameters string, key, value []byte) (has, same bool) {
	if parameters == "" {
		return false, false
	}
	return hasParameter([]byte(parameters), key, unquote(value))
}

// cutType splits a media type, without its parameters, at the slash.
func cutType[S ~string | ~[]byte](mediaType S) (typ, subtype S, ok bool) {
	slash, end := -1, len(mediaType)
	for i := 0; i < end; i++ {
		switch mediaType[i] {
		case '/':
			if slash < 0 {
				slash = i
			}
		case ';', ' ', '\t':
			end = i
		}
	}
	if slash <= 0 || slash+1 >= end {
		return typ, subtype, false
	}
	return mediaType[:slash], mediaType[slash+1 : end], true
}
