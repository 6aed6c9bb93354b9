package docs

import (
	"regexp"
	"slices"
	"strings"
)

// provider finds, in YAML and JSON, where the document says that tokens are had: of OAuth 2.0 and of OpenID Connect.
var provider = regexp.MustCompile(`["']?\b(?:tokenUrl|refreshUrl|openIdConnectUrl)["']?\s*:\s*["']?(https?:\\?/\\?/[A-Za-z0-9.:\[\]_-]+)`)

// policy is the Content-Security-Policy of the page: it loads and asks nothing but this server, and those from which the document says
// that tokens are had. Swagger UI has styles in its elements, and pictures in its style sheet.
func policy(document []byte) string {
	origins := []string{"'self'"}
	for _, found := range provider.FindAllSubmatch(document, -1) {
		if origin := strings.ReplaceAll(string(found[1]), `\`, ""); !slices.Contains(origins, origin) {
			origins = append(origins, origin)
		}
	}
	return "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; " +
		"media-src 'self' blob:; connect-src " + strings.Join(origins, " ") + "; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
}
