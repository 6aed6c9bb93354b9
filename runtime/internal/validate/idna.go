package validate

import (
	"slices"
	"unicode"
)

// This file tells which labels IDNA2008 allows. It derives the categories of RFC 5892 from the tables of package unicode, which
// know neither normalisation nor joining types nor bidirectional classes: compatibility characters are told by their blocks, the
// others by their scripts. That is right for letters in use and may err for rare ones.

// isUnicodeLabel takes a U-label: RFC 5891 section 5.4.
func isUnicodeLabel(label []rune) bool {
	n := len(label)
	if n == 0 || label[0] == '-' || label[n-1] == '-' || unicode.IsMark(label[0]) || n > 3 && label[2] == '-' && label[3] == '-' {
		return false
	}
	for i, r := range label {
		if !isInContext(label, i) && !isProtocolValid(r) {
			return false
		}
	}
	return true
}

// isProtocolValid takes PVALID of RFC 5892 section 3.
func isProtocolValid(r rune) bool {
	switch r {
	case '-', 0xDF, 0x3C2, 0x6FD, 0x6FE, 0xF0B, 0x3007: // section 2.6, and LDH
		return true
	}
	if unicode.IsOneOf(notValid, r) || unicode.ToLower(r) != r {
		return false
	}
	return unicode.In(r, unicode.Ll, unicode.Lo, unicode.Lm, unicode.Nd, unicode.Mn, unicode.Mc)
}

// notValid holds what looks like letters, marks or digits and is not valid nevertheless.
var notValid = []*unicode.RangeTable{
	unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point,
	{R16: []unicode.Range16{
		{0x00AA, 0x00AA, 1}, {0x00B7, 0x00B7, 1}, // an ordinal indicator; valid in its context alone
		{0x00BA, 0x00BA, 1}, {0x0375, 0x0375, 1}, // an ordinal indicator; valid in its context alone
		{0x05F3, 0x05F4, 1}, {0x0640, 0x0640, 1}, // as above; section 2.6
		{0x0660, 0x0669, 1}, {0x06F0, 0x06F9, 1}, // valid in their context alone
		{0x07FA, 0x07FA, 1}, {0x1100, 0x11FF, 1}, // section 2.6; old Hangul
		{0x1D2C, 0x1D6A, 1}, {0x2070, 0x20FF, 1}, // superscripts, subscripts, marks for symbols
		{0x2100, 0x214F, 1}, {0x302E, 0x302F, 1}, // letterlike symbols; section 2.6
		{0x3031, 0x3035, 1}, {0x303B, 0x303B, 1}, // section 2.6
		{0x30FB, 0x30FB, 1}, {0x3130, 0x318F, 1}, // valid in its context alone; compatibility jamo
		{0xA960, 0xA97F, 1}, {0xD7B0, 0xD7FF, 1}, // old Hangul
		{0xF900, 0xFAFF, 1}, {0xFB00, 0xFDFF, 1}, // compatibility ideographs, presentation forms
		{0xFE70, 0xFEFF, 1}, {0xFF00, 0xFFEF, 1}, // presentation forms, widths
	}, R32: []unicode.Range32{
		{0x1D100, 0x1D24F, 1}, {0x1D400, 0x1D7FF, 1}, // musical, mathematical
		{0x1EE00, 0x1EEFF, 1}, {0x2F800, 0x2FA1F, 1}, // Arabic mathematical, compatibility ideographs
	}},
}

// isInContext takes CONTEXTJ and CONTEXTO where their rules hold: RFC 5892 appendix A.
func isInContext(label []rune, i int) bool {
	before, after := rune(-1), rune(-1)
	if i > 0 {
		before = label[i-1]
	}
	if i+1 < len(label) {
		after = label[i+1]
	}
	switch r := label[i]; {
	case r == 0x200C: // zero width non-joiner
		return unicode.Is(virama, before) || joins(label, i-1, -1) && joins(label, i+1, +1)
	case r == 0x200D: // zero width joiner
		return unicode.Is(virama, before)
	case r == 0xB7: // middle dot
		return before == 'l' && after == 'l'
	case r == 0x375: // Greek lower numeral sign
		return unicode.Is(unicode.Greek, after)
	case r == 0x5F3, r == 0x5F4: // Hebrew geresh, gershayim
		return unicode.Is(unicode.Hebrew, before)
	case r == 0x30FB: // Katakana middle dot
		return slices.ContainsFunc(label, func(r rune) bool { return unicode.In(r, unicode.Hiragana, unicode.Katakana, unicode.Han) })
	case isArabicDigit(r):
		return !slices.ContainsFunc(label, isExtendedArabicDigit)
	case isExtendedArabicDigit(r):
		return !slices.ContainsFunc(label, isArabicDigit)
	}
	return false
}

func isArabicDigit(r rune) bool         { return 0x660 <= r && r <= 0x669 }
func isExtendedArabicDigit(r rune) bool { return 0x6F0 <= r && r <= 0x6F9 }

// joins reports whether the next letter from label[i] on, in steps, is of a script whose letters join; marks are passed over.
func joins(label []rune, i, step int) bool {
	for i >= 0 && i < len(label) && unicode.IsMark(label[i]) {
		i += step
	}
	return i >= 0 && i < len(label) && unicode.IsLetter(label[i]) &&
		unicode.In(label[i], unicode.Arabic, unicode.Syriac, unicode.Nko, unicode.Mandaic, unicode.Mongolian, unicode.Phags_Pa, unicode.Adlam)
}

// virama holds the characters of canonical combining class 9.
var virama = &unicode.RangeTable{
	R16: []unicode.Range16{
		{0x094D, 0x0CCD, 0x80},
		{0x0D3B, 0x0D3C, 1},
		{0x0D4D, 0x0D4D, 1},
		{0x0DCA, 0x0DCA, 1},
		{0x0E3A, 0x0E3A, 1},
		{0x0EBA, 0x0EBA, 1},
		{0x0F84, 0x0F84, 1},
		{0x1039, 0x103A, 1},
		{0x1714, 0x1715, 1},
		{0x1734, 0x1734, 1},
		{0x17D2, 0x17D2, 1},
		{0x1A60, 0x1A60, 1},
		{0x1B44, 0x1B44, 1},
		{0x1BAA, 0x1BAB, 1},
		{0x1BF2, 0x1BF3, 1},
		{0x2D7F, 0x2D7F, 1},
		{0xA806, 0xA806, 1},
		{0xA82C, 0xA82C, 1},
		{0xA8C4, 0xA8C4, 1},
		{0xA953, 0xA953, 1},
		{0xA9C0, 0xA9C0, 1},
		{0xAAF6, 0xAAF6, 1},
		{0xABED, 0xABED, 1},
	},
	R32: []unicode.Range32{
		{0x10A3F, 0x10A3F, 1},
		{0x11046, 0x11046, 1},
		{0x11070, 0x11070, 1},
		{0x1107F, 0x1107F, 1},
		{0x110B9, 0x110B9, 1},
		{0x11133, 0x11134, 1},
		{0x111C0, 0x111C0, 1},
		{0x11235, 0x11235, 1},
		{0x112EA, 0x112EA, 1},
		{0x1134D, 0x1134D, 1},
		{0x11442, 0x11442, 1},
		{0x114C2, 0x114C2, 1},
		{0x115BF, 0x115BF, 1},
		{0x1163F, 0x1163F, 1},
		{0x116B6, 0x116B6, 1},
		{0x1172B, 0x1172B, 1},
		{0x11839, 0x11839, 1},
		{0x1193D, 0x1193E, 1},
		{0x119E0, 0x119E0, 1},
		{0x11A34, 0x11A34, 1},
		{0x11A47, 0x11A47, 1},
		{0x11A99, 0x11A99, 1},
		{0x11C3F, 0x11C3F, 1},
		{0x11D44, 0x11D45, 1},
		{0x11D97, 0x11D97, 1},
	},
}

// isRightToLeft takes the bidirectional classes R, AL and AN.
func isRightToLeft(r rune) bool {
	if isExtendedArabicDigit(r) || unicode.IsMark(r) {
		return false
	}
	return isArabicDigit(r) || unicode.In(r, unicode.Hebrew, unicode.Arabic, unicode.Syriac, unicode.Thaana, unicode.Nko,
		unicode.Samaritan, unicode.Mandaic, unicode.Adlam, unicode.Hanifi_Rohingya, unicode.Mende_Kikakui)
}

// followsBidiRule takes a label of a name that holds one written from right to left: RFC 5893 section 2.
func followsBidiRule(label []rune) bool {
	isEuropean := func(r rune) bool { return '0' <= r && r <= '9' || isExtendedArabicDigit(r) }
	isLeftToRight := func(r rune) bool {
		return !isRightToLeft(r) && !isEuropean(r) && (unicode.IsLetter(r) || unicode.IsDigit(r))
	}
	first, last := label[0], label[len(label)-1]
	for i := len(label) - 1; i > 0 && unicode.IsMark(last); i-- {
		last = label[i-1]
	}
	if isLeftToRight(first) {
		return !slices.ContainsFunc(label, isRightToLeft) && (isLeftToRight(last) || isEuropean(last))
	}
	if !isRightToLeft(first) || isArabicDigit(first) {
		return false
	}
	mixesDigits := slices.ContainsFunc(label, isEuropean) && slices.ContainsFunc(label, isArabicDigit)
	return !mixesDigits && !slices.ContainsFunc(label, isLeftToRight) && (isRightToLeft(last) || isEuropean(last))
}
