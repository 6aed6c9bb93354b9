package naming

import (
	"strings"
	"unicode"
)

// split cuts s into words: at everything that is neither a letter nor a digit, between a lower-case letter or digit and an
// upper-case letter (petId), and before the last capital of a run that goes on in lower case (HTTPServer). separated tells
// that s has something between two of its words.
func split(s string) (words []string, separated bool) {
	runes := []rune(s)
	start := -1 // where the word began, -1 outside of one
	cut := func(end int) {
		if start >= 0 {
			words = append(words, string(runes[start:end]))
		}
		start = -1
	}
	for i, r := range runes {
		if !isPart(r) {
			cut(i)
			continue
		}
		if start < 0 {
			separated = separated || len(words) > 0
			start = i
			continue
		}
		if unicode.IsUpper(r) && (!unicode.IsUpper(runes[i-1]) || i+1 < len(runes) && unicode.IsLower(runes[i+1])) {
			cut(i)
			start = i
		}
	}
	cut(len(runes))
	return words, separated
}

// isPart says whether r may stand in a Go identifier. An underscore may, but it is a separator here.
func isPart(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

func hasLower(s string) bool { return strings.ContainsFunc(s, unicode.IsLower) }

// title gives a word the case that it has inside an exported identifier. loud tells that the whole text is in capitals, so
// that a capital says nothing: NOT_FOUND is NotFound, while the DTO of petDTO stays.
func title(word string, loud bool) string {
	if known, ok := special[strings.ToLower(word)]; ok {
		return known
	}
	stem := strings.TrimRightFunc(word, unicode.IsDigit)
	digits := word[len(stem):]
	if upper := strings.ToUpper(stem); initialisms[upper] {
		return upper + digits
	}
	if last := len(stem) - 1; last > 0 && (stem[last] == 's' || stem[last] == 'S') {
		if upper := strings.ToUpper(stem[:last]); initialisms[upper] {
			return upper + "s" + digits
		}
	}
	runes := []rune(word)
	if loud {
		runes = []rune(strings.ToLower(word))
	}
	runes[0] = unicode.ToUpper(runes[0])
	return string(runes)
}

// special are words with a spelling of their own.
var special = map[string]string{
	"ipv4": "IPv4", "ipv6": "IPv6", "oauth": "OAuth", "oauth2": "OAuth2", "mtls": "MTLS", "openapi": "OpenAPI",
	"graphql": "GraphQL", "github": "GitHub", "gitlab": "GitLab", "utf8": "UTF8", "utf16": "UTF16",
}

// initialisms are written in capitals, with a small s for several of them: IDs.
var initialisms = set(
	"ACL", "AES", "API", "ASCII", "AWS", "CDN", "CORS", "CPU", "CSR", "CSRF", "CSS", "CSV", "DB", "DNS", "EOF", "FAQ", "FTP",
	"GCP", "GID", "GPU", "GUID", "HMAC", "HTML", "HTTP", "HTTPS", "IAM", "ID", "IMAP", "IP", "ISBN", "ISO", "JSON", "JWK",
	"JWKS", "JWT", "LDAP", "LHS", "MAC", "MFA", "MIME", "OCR", "OIDC", "OK", "OTP", "PDF", "PNG", "QPS", "RAM", "RHS", "RPC",
	"RSA", "RSS", "SAML", "SDK", "SHA", "SKU", "SLA", "SMS", "SMTP", "SQL", "SSD", "SSE", "SSH", "SSL", "SSO", "SVG", "TCP",
	"TLS", "TOTP", "TTL", "UDP", "UI", "UID", "URI", "URL", "URN", "UTC", "UUID", "VLAN", "VM", "VPC", "VPN", "XML", "XSRF",
	"XSS", "YAML",
)

func set(items ...string) map[string]bool {
	m := make(map[string]bool, len(items))
	for _, item := range items {
		m[item] = true
	}
	return m
}
