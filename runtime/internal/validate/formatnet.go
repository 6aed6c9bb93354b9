package validate

import (
	"net/netip"
	"strings"
	"unicode/utf8"
)

func isIPv4(s string) bool {
	addr, err := netip.ParseAddr(s)
	return err == nil && addr.Is4()
}

// isIPv6 takes an address of RFC 4291 section 2.2. A zone is not a part of it.
func isIPv6(s string) bool {
	addr, err := netip.ParseAddr(s)
	return err == nil && addr.Is6() && addr.Zone() == ""
}

const (
	maxLocalPart = 64  // RFC 5321 section 4.5.3.1.1
	maxMailbox   = 254 // the path of section 4.5.3.1.3 without its brackets
)

// isEmail takes Mailbox of RFC 5321 section 4.1.2.
func isEmail(s string) bool { return isMailbox(s, false) }

// isIDNEmail takes Mailbox as RFC 6531 section 3.3 extends it.
func isIDNEmail(s string) bool { return isMailbox(s, true) }

func isMailbox(s string, international bool) bool {
	at := strings.LastIndexByte(s, '@')
	if at <= 0 || at > maxLocalPart || len(s) > maxMailbox {
		return false
	}
	return isLocalPart(s[:at], international) && isMailDomain(s[at+1:], international)
}

func isLocalPart(s string, international bool) bool {
	if len(s) > 1 && s[0] == '"' && s[len(s)-1] == '"' {
		return isQuoted(s[1:len(s)-1], international)
	}
	for atom := range strings.SplitSeq(s, ".") {
		if atom == "" {
			return false
		}
		for i := range len(atom) {
			if c := atom[i]; !isAlphanumeric(c) && strings.IndexByte("!#$%&'*+-/=?^_`{|}~", c) < 0 && (c < utf8.RuneSelf || !international) {
				return false
			}
		}
	}
	return true
}

// isQuoted takes what stands between the quotes of Quoted-string.
func isQuoted(s string, international bool) bool {
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c == '"', c == '\\' && i+1 == len(s):
			return false
		case c == '\\':
			i++
			c = s[i]
		}
		if c < ' ' || c == 0x7F || c >= utf8.RuneSelf && !international {
			return false
		}
	}
	return true
}

func isMailDomain(s string, international bool) bool {
	if literal, ok := strings.CutPrefix(s, "["); ok {
		literal, closed := strings.CutSuffix(literal, "]")
		if v6, ok := strings.CutPrefix(literal, "IPv6:"); ok {
			return closed && isIPv6(v6)
		}
		return closed && isIPv4(literal)
	}
	if international {
		s = strings.Map(asciiOnly, s) // sub-domain of RFC 6531 takes any U-label, whether IDNA knows it or not
	}
	return isHostname(s)
}

func asciiOnly(r rune) rune {
	if r >= utf8.RuneSelf {
		return 'a'
	}
	return r
}

func isAlphanumeric(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z'
}
