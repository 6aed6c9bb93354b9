package spec

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestBarePairs: what the key has without a value is in each request; what has one, or is in no key, is as the document says.
func TestBarePairs(t *testing.T) {
	api, _ := loadText(t, `openapi: 3.1.0
info: {title: T, version: "1"}
paths:
  /l?acl&v=1:
    get:
      parameters:
        - {name: acl, in: query, schema: {type: string}}
        - {name: v, in: query, schema: {type: string}}
        - {name: max, in: query, schema: {type: integer}}
        - {name: acl, in: header, schema: {type: string}}
      responses: {"204": {description: Done.}}
`)
	required := map[string]bool{}
	for _, p := range api.Operations[0].Parameters {
		required[string(p.In)+" "+p.Name] = p.Required
	}
	assert.Equal(t, map[string]bool{"query acl": true, "query v": false, "query max": false, "header acl": false}, required)
}
