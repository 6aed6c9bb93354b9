package spec

// grammars20 is what OpenAPI 2.0 (Swagger) makes of the roles. Objects that it does not have keep the form of 3: references
// may lead to one in another file.
var grammars20 = func() [roleCount]grammar {
	g := grammars
	for i := range g {
		g[i].section = ""
	}
	g[roleDocument].fields = map[string]field{
		"swagger": textField, "info": obj(roleInfo), "host": textField, "basePath": textField, "schemes": plainly(formTexts),
		"consumes": plainly(formTexts), "produces": plainly(formTexts), "paths": obj(rolePaths), "definitions": mapOf(roleSchema),
		"parameters": mapOf(roleParameter), "responses": mapOf(roleResponse), "securityDefinitions": mapOf(roleSecurityScheme),
		"security": listOf(roleSecurityRequirement), "tags": listOf(roleTag), "externalDocs": obj(roleExternalDocs),
	}
	g[roleOperation].fields = map[string]field{
		"tags": plainly(formTexts), "summary": textField, "description": textField, "externalDocs": obj(roleExternalDocs),
		"operationId": textField, "consumes": plainly(formTexts), "produces": plainly(formTexts),
		"parameters": listOf(roleParameter), "responses": obj(roleResponses), "schemes": plainly(formTexts), "deprecated": boolField,
		"security": listOf(roleSecurityRequirement), ExtensionSocket: obj(roleSocket),
	}
	g[roleResponse].section = "responses"
	g[roleResponse].fields = map[string]field{
		"description": textField, "schema": obj(roleSchema), "headers": mapOf(roleHeader), "examples": anyField,
	}
	g[roleSecurityScheme].section = "securityDefinitions"
	g[roleSecurityScheme].fields = map[string]field{
		"type": textField, "description": textField, "name": textField, "in": textField, "flow": textField,
		"authorizationUrl": textField, "tokenUrl": textField, "scopes": plainly(formTextMap),
	}

	schema := map[string]field{"collectionFormat": textField}
	for key, f := range schemaFields {
		schema[key] = f
	}
	schema["discriminator"] = plainly(formDiscriminator)
	g[roleSchema].section, g[roleSchema].fields = "definitions", schema

	value := map[string]field{"description": textField, "collectionFormat": textField, "example": anyField}
	for _, key := range parameterKeywords {
		value[key] = schemaFields[key]
	}
	g[roleHeader].fields = value
	parameter := map[string]field{
		"name": textField, "in": textField, "required": boolField, "deprecated": boolField, "allowEmptyValue": boolField,
		"schema": obj(roleSchema),
	}
	for key, f := range value {
		parameter[key] = f
	}
	g[roleParameter].section, g[roleParameter].fields = "parameters", parameter
	return g
}()

// sections20 are the members of a document of OpenAPI 2.0 that stand for the sections of components.
var sections20 = map[string]role{
	"definitions": roleSchema, "parameters": roleParameter, "responses": roleResponse, "securityDefinitions": roleSecurityScheme,
}

// grammar is what the version of the document makes of a role.
func (r *reader) grammar(of role) *grammar {
	if r.version == version20 {
		return &grammars20[of]
	}
	return &grammars[of]
}

// holder is the object of a document whose members are the sections of what is referred to: components, or in 2.0 the document
// itself.
func (r *reader) holder(root *node) *node {
	if r.version == version20 {
		return root
	}
	if components := root.get("components"); !components.dead() {
		return components.end()
	}
	return nil
}

// section is the role of the objects in a section of the holder, and whether it is one.
func (r *reader) section(key string) (role, bool) {
	if r.version == version20 {
		of, known := sections20[key]
		return of, known
	}
	f, known := grammars[roleComponents].fields[key]
	return f.role, known
}

// schemaSection is the section of schemas.
func (r *reader) schemaSection(root *node) *node {
	return r.holder(root).get(r.grammar(roleSchema).section)
}
