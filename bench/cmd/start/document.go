package main

import (
	"bytes"
	"fmt"
)

// tagged is how many operations have the same tag.
const tagged = 50

// document gives an OpenAPI document with n operations and as many types of twelve members, of which every second operation takes
// one as its body, and all answer one. n is at least 1.
func document(n int) []byte {
	var b bytes.Buffer
	b.WriteString("openapi: 3.1.0\ninfo: {title: Large, version: 1.0.0}\npaths:\n")
	for i := range n {
		writeOperation(&b, i)
	}
	b.WriteString("components:\n  schemas:\n")
	for i := range n {
		fmt.Fprintf(&b, typeFormat, i)
	}
	return b.Bytes()
}

// path is that of operation i for an id. What differs stands before the id and in it, so that the router has a branch for each.
func path(i int, id string) string { return fmt.Sprintf("/group%d/resources%d/%s", i/tagged, i, id) }

// tag is that of operation i.
func tag(i int) string { return fmt.Sprintf("group%d", i/tagged) }

// writeOperation writes operation i: a GET where i is even, and a PUT with a body where it is odd.
func writeOperation(b *bytes.Buffer, i int) {
	method := "get"
	if i%2 == 1 {
		method = "put"
	}
	fmt.Fprintf(b, `  %s:
    %s:
      operationId: %[2]sResource%[3]d
      tags: [%[4]s]
      parameters:
        - {name: id, in: path, required: true, schema: {type: integer, format: int64, minimum: 1}}
        - {name: limit, in: query, schema: {type: integer, format: int32, minimum: 1, maximum: 100}}
`, path(i, "{id}"), method, i, tag(i))
	schema := fmt.Sprintf("content: {application/json: {schema: {$ref: '#/components/schemas/Resource%d'}}}", i)
	if method == "put" {
		fmt.Fprintf(b, "      requestBody: {required: true, %s}\n", schema)
	}
	fmt.Fprintf(b, "      responses:\n        '200': {description: The resource., %s}\n", schema)
}

// typeFormat is a type, but for its number.
const typeFormat = `    Resource%d:
      type: object
      required: [id, name, kind, createdAt]
      properties:
        id: {type: integer, format: int64, minimum: 1}
        name: {type: string, minLength: 1, maxLength: 80}
        kind: {type: string, enum: [small, large]}
        createdAt: {type: string, format: date-time}
        note: {type: string, maxLength: 1000}
        price: {type: number, minimum: 0}
        active: {type: boolean}
        tags: {type: array, maxItems: 10, items: {type: string, maxLength: 20}}
        count: {type: integer, format: int32}
        email: {type: string, format: email}
        code: {type: string, pattern: '^[a-z]{2,8}-[0-9]+$'}
        owner: {type: [string, 'null']}
`
