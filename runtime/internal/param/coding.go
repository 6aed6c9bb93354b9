package param

// AcceptsCoding returns the position in offered of the content coding that an Accept-Encoding field (RFC 9110 section 12.5.3) likes best,
// of equals the first, and -1 for none: an answer is then sent as it is. Offered codings are lower case. A coding that is not named gets
// the weight of "*", and none without it; one whose weight cannot be read is refused. x-gzip is gzip (section 8.4.1.3). The answer as it
// is counts only where the field gives identity more weight than any of offered.
func AcceptsCoding(accept []byte, offered []string) int {
	best, most := -1, 0
	for i, coding := range offered {
		if q := codingWeight(accept, coding); q > most {
			best, most = i, q
		}
	}
	if best >= 0 && namedWeight(accept, "identity") > most {
		return -1
	}
	return best
}

// codingWeight is the weight of a coding in thousandths, 0 for one that is refused.
func codingWeight(accept []byte, coding string) int {
	if q := namedWeight(accept, coding); q >= 0 {
		return q
	}
	return max(namedWeight(accept, "*"), 0)
}

// namedWeight is the weight that a field gives to a name, -1 where it does not have the name.
func namedWeight(accept []byte, name string) int {
	for len(accept) > 0 {
		var element []byte
		element, accept = cutUnquoted(accept, ',')
		coding, parameters := cutParameters(element)
		if len(coding) > 2 && sameFold(coding[:2], "x-") && sameFold(coding[2:], "gzip") {
			coding = coding[2:]
		}
		if !sameFold(coding, name) {
			continue
		}
		q, ok := weight(parameters)
		if !ok {
			return 0
		}
		return q
	}
	return -1
}
