package validate

import (
	"math/bits"
	"unicode/utf8"
)

// LimitZero is a MaxLength, MaxItems or MaxProperties of zero; a plain 0 means that there is no limit.
const LimitZero = -1

// StringRule is what a schema demands of a string. Lengths count code points.
type StringRule struct {
	MinLength, MaxLength int // 0: no limit; LimitZero: empty alone
	Pattern              *Pattern
	Format               Format
}

// Check returns what s does not meet.
func (r *StringRule) Check(s string) Faults { return r.CheckWithin(s, new(Patience)) }

// CheckWithin is Check for a string of a request that has so much patience.
func (r *StringRule) CheckWithin(s string, patience *Patience) Faults {
	var f Faults
	if r.MinLength > 0 || r.MaxLength != 0 {
		f = r.checkLength(s)
	}
	if r.Pattern != nil {
		f = f.add(!r.Pattern.MatchWithin(s, patience), faultPattern)
	}
	if r.Format != FormatNone {
		f = f.add(!r.Format.Check(s), faultFormat)
	}
	return f
}

// FitsBytes reports whether any text of n bytes has a length that the rule allows: then its code points need not be counted.
func (r *StringRule) FitsBytes(n int) bool {
	return (n/utf8.UTFMax >= r.MinLength || r.MinLength == 1 && n > 0) && (r.MaxLength == 0 || n <= r.MaxLength)
}

func (r *StringRule) checkLength(s string) (f Faults) {
	if r.FitsBytes(len(s)) {
		return 0
	}
	n := codePoints(s)
	return f.add(n < r.MinLength, faultMinLength).add(exceeds(n, r.MaxLength), faultMaxLength)
}

// codePoints counts the code points of s, which is UTF-8: the bytes that continue none, eight at a time.
func codePoints(s string) int {
	const ones = 0x0101010101010101
	n, rest := len(s), s
	for ; len(rest) >= 8; rest = rest[8:] {
		w := uint64(rest[0]) | uint64(rest[1])<<8 | uint64(rest[2])<<16 | uint64(rest[3])<<24 |
			uint64(rest[4])<<32 | uint64(rest[5])<<40 | uint64(rest[6])<<48 | uint64(rest[7])<<56
		n -= bits.OnesCount64(w >> 7 & ^(w >> 6) & ones) // bit 7 is set and bit 6 is not
	}
	for i := range len(rest) {
		if rest[i]&0xc0 == 0x80 {
			n--
		}
	}
	return n
}

// CheckBytes returns which of the lengths n bytes of a file do not meet.
func (r *StringRule) CheckBytes(n int) (f Faults) {
	return f.add(n < r.MinLength, faultMinLength).add(exceeds(n, r.MaxLength), faultMaxLength)
}

func (r *StringRule) message(fault Faults) string {
	switch fault {
	case faultMinLength:
		return messageAtLeast(r.MinLength, "character", "characters")
	case faultMaxLength:
		return messageAtMost(limit(r.MaxLength), "character", "characters")
	case faultPattern:
		return "must match " + r.Pattern.String()
	default:
		return r.Format.Message()
	}
}

// ArrayRule is what a schema demands of an array as a whole.
type ArrayRule struct {
	MinItems, MaxItems int  // 0: no limit; LimitZero: empty alone
	Unique             bool // no two items are equal JSON values
}

// Check returns what an array of n items does not meet. distinct is asked only where the items must be unique.
func (r *ArrayRule) Check(n int, distinct func() bool) Faults {
	f := Faults(0).add(n < r.MinItems, faultMinItems).add(exceeds(n, r.MaxItems), faultMaxItems)
	if r.Unique && n > 1 {
		f = f.add(!distinct(), faultUnique)
	}
	return f
}

func (r *ArrayRule) message(fault Faults) string {
	switch fault {
	case faultMinItems:
		return messageAtLeast(r.MinItems, "item", "items")
	case faultMaxItems:
		return messageAtMost(limit(r.MaxItems), "item", "items")
	default:
		return "must have unique items"
	}
}

// ObjectRule is what a schema demands of an object as a whole.
type ObjectRule struct {
	MinProperties, MaxProperties int // 0: no limit; LimitZero: empty alone
}

// Check returns what an object of n members does not meet.
func (r *ObjectRule) Check(n int) Faults {
	return Faults(0).add(n < r.MinProperties, faultMinProperties).add(exceeds(n, r.MaxProperties), faultMaxProperties)
}

func (r *ObjectRule) message(fault Faults) string {
	if fault == faultMinProperties {
		return messageAtLeast(r.MinProperties, "property", "properties")
	}
	return messageAtMost(limit(r.MaxProperties), "property", "properties")
}

// exceeds reports whether n is more than the limit, which is written as rules write it.
func exceeds(n, max int) bool { return max != 0 && n > limit(max) }

func limit(max int) int {
	if max == LimitZero {
		return 0
	}
	return max
}
