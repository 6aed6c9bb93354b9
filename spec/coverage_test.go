package spec

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// sectionOf are the sections of docs/reference/openapi.md, by what they are about.
var sectionOf = map[role]string{
	roleDocument: "Document", roleInfo: "Info", roleContact: "Contact", roleLicense: "License", roleServer: "Server",
	roleServerVariable: "Server variable", rolePathItem: "Path item", roleOperation: "Operation", roleExternalDocs: "External documentation",
	roleParameter: "Parameter", roleHeader: "Header", roleRequestBody: "Request body", roleMediaType: "Media type", roleEncoding: "Encoding",
	roleResponse: "Response", roleExample: "Example", roleLink: "Link", roleTag: "Tag", roleComponents: "Components", roleSchema: "Schema",
	roleDiscriminator: "Discriminator", roleXML: "XML", roleSecurityScheme: "Security scheme", roleOAuthFlows: "OAuth flows",
	roleOAuthFlow: "OAuth flow", roleSocket: "Object of " + ExtensionSocket,
}

var coverageRow = regexp.MustCompile("^\\| `([^`]+)` \\| ([^|]+) \\| (generated|checked|comment|read|served) \\| [^|]*\\| (?:\\[([a-z0-9_]+)\\]\\(\\.\\./\\.\\./golden/([a-z0-9_]+)\\))? ?\\|$")

// TestCoveragePage holds the matrix of docs/reference/openapi.md against the grammars: it has every field of every object, no other one,
// and for each that has an effect a golden case whose document has it.
func TestCoveragePage(t *testing.T) {
	text, err := os.ReadFile("../docs/reference/openapi.md")
	require.NoError(t, err)
	sections := map[string]string{}
	for section := range strings.SplitSeq(string(text), "\n## ") {
		name, body, _ := strings.Cut(section, "\n")
		sections[name] = body
	}
	documents := goldenDocuments(t)
	for of := roleDocument; of < roleCount; of++ {
		fields := map[string]bool{}
		for name := range grammars[of].fields {
			fields[name] = true
		}
		for name := range grammars20[of].fields {
			fields[name] = true
		}
		if len(fields) == 0 { // its keys are names
			continue
		}
		body, ok := sections[sectionOf[of]]
		require.True(t, ok, "docs/reference/openapi.md has no section about %s", grammars[of].name)
		for line := range strings.SplitSeq(body, "\n") {
			if !strings.HasPrefix(line, "| `") {
				continue
			}
			row := coverageRow.FindStringSubmatch(line)
			require.NotNil(t, row, "%s: what does this row say? %s", sectionOf[of], line)
			field, versions, status, golden := row[1], row[2], row[3], row[5]
			require.True(t, fields[field], "%s has no %q, or two rows of it", sectionOf[of], field)
			delete(fields, field)
			require.Equal(t, row[4], golden, line)
			if golden == "" {
				require.Equal(t, "served", status, "%s: %s has no golden case", sectionOf[of], field)
				continue
			}
			require.Regexp(t, `(?m)(^|[\s{,"'])`+regexp.QuoteMeta(field)+`["']?\s*:`, documents[golden], "%s: the document of golden/%s has no %s", sectionOf[of], golden, field)
			require.Equal(t, versions == "2.0", strings.HasPrefix(documents[golden], "swagger"), "%s: %s is of another version in golden/%s", sectionOf[of], field, golden)
		}
		require.Empty(t, fields, "%s: fields without a row in docs/reference/openapi.md", sectionOf[of])
	}
}

func goldenDocuments(t *testing.T) map[string]string {
	t.Helper()
	found, err := filepath.Glob("../golden/*/openapi.*")
	require.NoError(t, err)
	require.NotEmpty(t, found)
	all := map[string]string{}
	for _, path := range found {
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		all[filepath.Base(filepath.Dir(path))] = string(text)
	}
	return all
}
