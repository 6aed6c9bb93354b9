package main

// class is what docs/reference/diagnostics.md says of findings of one class; a test compares the two.
type class struct {
	section string // of that page: "schemas"
	means   string // in words without markup
}

// classOf is what there is to say of a class. The names of the standard's library are many, and say themselves what they are about.
func classOf(name string) class {
	if c, ok := classes[name]; ok {
		return c
	}
	return class{"structure", "a breach of the standard"}
}

var classes = map[string]class{
	"syntax":            {"files", "the file is empty, or neither JSON nor YAML"},
	"encoding":          {"files", "the file is not UTF-8"},
	"not-openapi":       {"files", "the document is no object, has neither openapi nor swagger, or states a version that is not 2.0 or 3"},
	"limit":             {"files", "beyond a limit"},
	"alias-ring":        {"files", "a YAML alias stands inside of what it stands for"},
	"version":           {"files", "an unknown version 3.x, read as 3.2"},
	"duplicate-key":     {"files", "a name stands twice in an object; the later value is taken"},
	"control-character": {"files", "a control character in the text"},
	"yaml-documents":    {"files", "more than one YAML document in a file; the first is read"},
	"yaml-key":          {"files", "the name of a member is no scalar; it is left out"},
	"yaml-merge":        {"files", "a merge key names no object; it is left out"},
	"bad-overlay":       {"files", "an overlay, or an action of it, that has no meaning"},
	"overlay-target":    {"files", "the target of an action of an overlay selects nothing; the action does nothing"},
	"yaml-tag":          {"files", "a YAML tag is ignored"},

	"unresolved-reference": {
		"references",
		"the reference names nothing (a pointer that leads nowhere, a file that is not there or cannot be read as JSON " +
			"or YAML), or an object of another kind; it is isolated",
	},
	"outside-reference": {"references", "a file that is there, outside of the folder of the document"},
	"network-reference": {
		"references",
		"the network is not used without --allow-remote; the reference is isolated. error for an IP address, localhost " +
			"and names that end in .internal, and for some with that flag too",
	},
	"remote-file":         {"references", "a document on the network cannot be read"},
	"remote-changed":      {"references", "a document on the network is not the one that tornadogen.lock has a hash of"},
	"remote-unlocked":     {"references", "check found no hash of a document on the network"},
	"not-a-file":          {"references", "a pipe, a device or a socket, or a file that cannot be read"},
	"reference-ring":      {"references", "references lead back to where they began, and never to a value; they are isolated. error for schemas"},
	"all-of-ring":         {"references", "a schema is part of itself by allOf"},
	"endless-schema":      {"references", "a schema contains itself with no way out, by required properties or by items that have to be there: no value is finite"},
	"union-ring":          {"references", "a schema is a member of itself by oneOf, anyOf or not; that member is left out"},
	"misplaced-reference": {"references", "a reference where the standard knows none; it is followed"},
	"duplicate-id":        {"references", "two schemas or files have one address ($id, $self, $anchor); references lead to the first"},
	"reference-siblings":  {"references", "what stands beside a reference has no effect by the standard; it is ignored"},

	"wrong-type":          {"structure", "a value of another type than the standard asks for; it is read as the one that is meant, or left out"},
	"wrong-value":         {"structure", "a number that the keyword cannot have; it is left out"},
	"no-value":            {"structure", "a name without a value, or an object that is nothing; it is left out, or read as {}"},
	"unknown-field":       {"structure", "a member that the standard does not know; it is ignored"},
	"old-keyword":         {"structure", "a keyword of another version, as nullable in 3.1; it is read as what it meant"},
	"missing-info":        {"structure", "no info, title or version"},
	"missing-paths":       {"structure", "no paths, components or webhooks"},
	"missing-description": {"structure", "a response without a description"},
	"missing-responses":   {"structure", "an operation without responses"},
	"missing-content":     {"structure", "a request body without content"},
	"bad-server": {
		"structure",
		"a server without a valid URL, which is left out; one without a scheme or with a query, and a variable without " +
			"a default or with one that it does not list, which are repaired",
	},
	"bad-tag":      {"structure", "a tag without a name, which is left out; or a parent that does not exist, or is below the tag itself"},
	"structure":    {"structure", "an object that the standard's library cannot read"},
	"not-standard": {"structure", "another breach of the standard"},
	"unchecked":    {"structure", "the document is too deep and too large to be held against the standard to its end"},

	"path-slash":             {"paths-and-operations", "a path without a slash at its beginning; one is added"},
	"path-query":             {"paths-and-operations", "a query or fragment in a path, which no path has; it tells operations of one path apart, and parameters in it are those of the query"},
	"path-braces":            {"paths-and-operations", "a brace of a path that has no other one; it is mended where that makes a parameter of the operation, else it is text"},
	"path-template":          {"paths-and-operations", "a variable in a notation that the standard does not have, as {proxy+}, {id:[0-9]+} and :id, which is read as what it means; or an empty segment, a variable without a name, or one that stands twice"},
	"bad-method":             {"paths-and-operations", "a method that HTTP cannot have; the operation is left out"},
	"unmatched-filter":       {"paths-and-operations", "what --include-... or --exclude-... names is not there"},
	"duplicate-operation-id": {"paths-and-operations", "an operationId that another operation has; this one has none"},
	"operation-server": {
		"paths-and-operations",
		"an operation has a server of its own, where the client calls it; the generated server serves it below the " +
			"base path of all others",
	},
	"same-route": {
		"paths-and-operations",
		"an operation whose requests a server cannot tell from those of another one; it has no handler, and is the client's alone",
	},

	"bad-parameter":          {"parameters", "no name, or a place that does not exist, or a header whose name is no token; it is left out; one in capitals is read"},
	"duplicate-parameter":    {"parameters", "the same name and place twice; the second is left out"},
	"missing-path-parameter": {"parameters", "a variable of the path that nobody declares; it is a string"},
	"unused-path-parameter":  {"parameters", "a parameter that the path does not have; it is left out"},
	"path-required":          {"parameters", "a path parameter that is not required; it is"},
	"ignored-header":         {"parameters", "Accept, Content-Type or Authorization as a parameter; Date, Content-Length, Transfer-Encoding or Connection of a response, which the server sets itself, for HEAD, too; it is left out"},
	"missing-schema":         {"parameters", "neither schema nor content; keywords beside them are taken as in 2.0, else it is a string"},
	"misplaced-schema":       {"parameters", "OpenAPI 2.0: a schema where the parameter has its own keywords; it is read"},
	"schema-and-content":     {"parameters", "both; content is taken"},
	"parameter-content":      {"parameters", "several media types; the first is taken"},
	"bad-style":              {"parameters", "a style or a collectionFormat that the place does not have; its default is taken"},
	"unspecified-style":      {"parameters", "deepObject for an array; name[]=a&name[]=b is read"},
	"parameter-as-json":      {"parameters", "a member or an item with parts, in a style that has no form for them; it is read as JSON text"},

	"bad-media-type": {
		"bodies-responses-security",
		"no media type, or a parameter of one that has no value, or belongs to what is sent (boundary, q), or a charset other than UTF-8 for an answer; the parameter is left out",
	},
	"bodiless-response":   {"bodies-responses-security", "content of an answer whose status forbids a body, 204 say; it is left out"},
	"raw-media-type":      {"bodies-responses-security", "a body that is handed over as bytes, though its schema says more"},
	"bad-extension":       {"bodies-responses-security", "an x-tornado-... that does not exist, or with a value that has no meaning; it is left out; of x-tornado-cors, nobody is admitted"},
	"repeated-media-type": {"bodies-responses-security", "media types that differ in their charset alone, with different schemas; of JSON, a body is what any of them says, of others the second is left out"},
	"form-media-type": {
		"bodies-responses-security",
		"OpenAPI 2.0: none of the media types that are consumed has the parts of the form; the usual one is taken",
	},
	"file-media-type": {"bodies-responses-security", "OpenAPI 2.0: an answer is a file, and only JSON is produced; any media type is taken"},
	"assumed-json":    {"bodies-responses-security", "*/* or application/* with a schema that only JSON has is taken for JSON"},
	"bad-link": {
		"bodies-responses-security",
		"a link that leads to no operation, or a value of one, or the address of a callback, that has no form in Go; " +
			"it is left out",
	},
	"bad-status":             {"bodies-responses-security", "no status code; the response is left out; a range in small letters is read"},
	"duplicate-response":     {"bodies-responses-security", "the same status twice; the second is left out"},
	"informational-response": {"bodies-responses-security", "1XX is no answer; it is left out"},
	"no-success-response":    {"bodies-responses-security", "nothing to answer but errors; success is 204 without a body"},
	"bad-security-scheme": {
		"bodies-responses-security",
		"a scheme that does not say how it works; it is read as the nearest, and never as an open door",
	},
	"missing-security-scheme": {"bodies-responses-security", "a requirement names no scheme; one is made up, so that the operation stays closed"},

	"untyped-schema":     {"schemas", "more schemas describe one value than can be merged: it is tornado.JSON, and not checked"},
	"implied-type":       {"schemas", "no type, and keywords of objects or arrays: values of other types are refused"},
	"unenforced-keyword": {"schemas", "the keyword is not checked, a pattern that is no regular expression among them"},
	"unknown-type": {"schemas", "a type that does not exist; one in capitals, of another language (int, bool) or the name of a format is read as what it means, " +
		"of another one any value is valid that the other keywords allow"},
	"unknown-format": {"schemas", "a format that means nothing here; told once"},
	"contradiction":  {"schemas", "no value is valid: types, bounds, lengths or numbers of items that exclude one another"},
	"ambiguous-union": {
		"schemas",
		"of oneOf: members that are the same schema, of which the first is taken; or members of which one takes all " +
			"that another takes, so that such values are refused. A discriminator that is not followed, as it selects only " +
			"some of the members, or all alike. Null that more than one member of oneOf allows, which is valid",
	},
	"undeclared-property": {"schemas", "required names a property that is not declared; it is kept as tornado.JSON"},
	"closed-all-of":       {"schemas", "additionalProperties: false inside of allOf; it is taken to be said of all members together"},
	"duplicate-required":  {"schemas", "a name twice in required"},
	"enum-type":           {"schemas", "a value that the type refuses; it is left out, or read as text where it only lacks quotes"},
	"duplicate-enum":      {"schemas", "a value twice in enum"},
	"default-type":        {"schemas", "a default that its schema refuses; it is left out"},
	"default-not-applied": {"schemas", "a default that is no value of its type in Go; it is not filled in"},
	"example-type":        {"schemas", "an example that its schema refuses; it is left out"},
	"unshared-type": {
		"schemas",
		"a schema of --import-mapping that is generated all the same, as it has members that are readOnly or writeOnly, which " +
			"no other package can leave out",
	},
	"unmatched-mapping": {"schemas", "a document of --import-mapping that nothing refers to"},
	"bad-discriminator": {"schemas", "no propertyName; it is left out"},
}
