package metrics

import (
	"fmt"
	"strings"
)

// Families are the rows of the reference.
func Families() (rows []string) {
	for _, f := range families {
		labels := "–"
		if len(f.labels) > 0 {
			labels = "`" + strings.Join(f.labels, "`, `") + "`"
			if len(f.labels) >= len(ofOperation) {
				labels = strings.Replace(labels, "`operation`, `http_request_method`, `http_route`", "of the operation", 1)
			}
		}
		rows = append(rows, fmt.Sprintf("| `%s` | %s | %s | %s |", f.name, f.kind, labels, f.help))
	}
	return rows
}
