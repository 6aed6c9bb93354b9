package spec

// role is what an object is in OpenAPI.
type role uint8

const (
	roleNone role = iota
	roleDocument
	roleInfo
	roleContact
	roleLicense
	roleServer
	roleServerVariable
	rolePaths
	rolePathItem
	roleOperation
	roleExternalDocs
	roleParameter
	roleHeader
	roleRequestBody
	roleMediaType
	roleEncoding
	roleResponses
	roleResponse
	roleCallback
	roleExample
	roleLink
	roleTag
	roleComponents
	roleSchema
	roleDiscriminator
	roleXML
	roleSecurityScheme
	roleOAuthFlows
	roleOAuthFlow
	roleSecurityRequirement
	roleSocket
	roleCount
)

// form is how a value is built.
type form uint8

const (
	formAny           form = iota // a value of the document: nothing in it has a meaning here
	formText                      // a string
	formBool                      // a boolean
	formNumber                    // a number
	formCount                     // an integer from 0
	formObject                    // an object of the role
	formList                      // a list of objects of the role
	formMap                       // an object whose members all have the role
	formTexts                     // a list of strings
	formTextMap                   // an object of strings
	formTextsMap                  // an object of lists of strings
	formTypes                     // type of a schema: a string or a list of strings
	formBound                     // exclusiveMinimum and exclusiveMaximum: a number, or a boolean as in 3.0
	formItems                     // items of a schema: a schema, or a list of them as in older drafts
	formDiscriminator             // discriminator of a schema of 2.0: the name of a property, or the object of 3
	formDependencies              // dependencies of older drafts: an object of lists of strings and schemas
	formAnys                      // a list of values
	formAnyMap                    // an object of values
)

// field is one member that a role has.
type field struct {
	form form
	role role
}

// grammar says what a role is made of: those of OpenAPI 3, over all its versions, stand here, what 2.0 has in their place in
// grammar20.go.
type grammar struct {
	name    string // for messages, with its article
	section string // of components, or of a document of 2.0, that holds such objects; "": none, a reference to one is followed where it stands
	fields  map[string]field
	rest    field // of all other members, where hasRest
	hasRest bool
	refable bool // the standard allows a reference in its place
}

func obj(r role) field     { return field{formObject, r} }
func listOf(r role) field  { return field{formList, r} }
func mapOf(r role) field   { return field{formMap, r} }
func plainly(f form) field { return field{form: f} }

var (
	anyField  = plainly(formAny)
	textField = plainly(formText)
	boolField = plainly(formBool)
)

// grammars is indexed by role. It is filled once and never changes.
var grammars = [roleCount]grammar{
	roleDocument: {name: "an OpenAPI document", fields: map[string]field{
		"openapi": textField, "$self": textField, "info": obj(roleInfo), "jsonSchemaDialect": textField,
		"servers": listOf(roleServer), "paths": obj(rolePaths), "webhooks": mapOf(rolePathItem), "components": obj(roleComponents),
		"security": listOf(roleSecurityRequirement), "tags": listOf(roleTag), "externalDocs": obj(roleExternalDocs),
	}},
	roleInfo: {name: "an info object", fields: map[string]field{
		"title": textField, "summary": textField, "description": textField, "termsOfService": textField,
		"contact": obj(roleContact), "license": obj(roleLicense), "version": textField,
	}},
	roleContact: {name: "a contact", fields: map[string]field{"name": textField, "url": textField, "email": textField}},
	roleLicense: {name: "a license", fields: map[string]field{"name": textField, "identifier": textField, "url": textField}},
	roleServer: {name: "a server", fields: map[string]field{
		"url": textField, "name": textField, "description": textField, "variables": mapOf(roleServerVariable),
	}},
	roleServerVariable: {name: "a server variable", fields: map[string]field{
		"enum": plainly(formTexts), "default": textField, "description": textField,
	}},
	rolePaths: {name: "a paths object", rest: obj(rolePathItem), hasRest: true},
	rolePathItem: {name: "a path item", section: "pathItems", refable: true, fields: map[string]field{
		"summary": textField, "description": textField, "servers": listOf(roleServer), "parameters": listOf(roleParameter),
		"get": obj(roleOperation), "put": obj(roleOperation), "post": obj(roleOperation), "delete": obj(roleOperation),
		"options": obj(roleOperation), "head": obj(roleOperation), "patch": obj(roleOperation), "trace": obj(roleOperation),
		"query": obj(roleOperation), "additionalOperations": mapOf(roleOperation),
	}},
	roleOperation: {name: "an operation", fields: map[string]field{
		"tags": plainly(formTexts), "summary": textField, "description": textField, "externalDocs": obj(roleExternalDocs),
		"operationId": textField, "parameters": listOf(roleParameter), "requestBody": obj(roleRequestBody),
		"responses": obj(roleResponses), "callbacks": mapOf(roleCallback), "deprecated": boolField,
		"security": listOf(roleSecurityRequirement), "servers": listOf(roleServer), ExtensionSocket: obj(roleSocket),
	}},
	roleExternalDocs: {name: "an external documentation object", fields: map[string]field{"description": textField, "url": textField}},
	roleParameter: {name: "a parameter", section: "parameters", refable: true, fields: map[string]field{
		"name": textField, "in": textField, "description": textField, "required": boolField, "deprecated": boolField,
		"allowEmptyValue": boolField, "style": textField, "explode": boolField, "allowReserved": boolField,
		"schema": obj(roleSchema), "example": anyField, "examples": mapOf(roleExample), "content": mapOf(roleMediaType),
	}},
	roleHeader: {name: "a header", section: "headers", refable: true, fields: map[string]field{
		"description": textField, "required": boolField, "deprecated": boolField, "allowEmptyValue": boolField, "style": textField,
		"explode": boolField, "allowReserved": boolField, "schema": obj(roleSchema), "example": anyField,
		"examples": mapOf(roleExample), "content": mapOf(roleMediaType),
	}},
	roleRequestBody: {name: "a request body", section: "requestBodies", refable: true, fields: map[string]field{
		"description": textField, "content": mapOf(roleMediaType), "required": boolField,
	}},
	roleMediaType: {name: "a media type", section: "mediaTypes", refable: true, fields: map[string]field{
		"schema": obj(roleSchema), "itemSchema": obj(roleSchema), "example": anyField, "examples": mapOf(roleExample),
		"encoding": mapOf(roleEncoding), "prefixEncoding": listOf(roleEncoding), "itemEncoding": obj(roleEncoding),
	}},
	roleEncoding: {name: "an encoding", fields: map[string]field{
		"contentType": textField, "headers": mapOf(roleHeader), "style": textField, "explode": boolField, "allowReserved": boolField,
		"encoding": mapOf(roleEncoding), "prefixEncoding": listOf(roleEncoding), "itemEncoding": obj(roleEncoding),
	}},
	roleResponses: {name: "a responses object", rest: obj(roleResponse), hasRest: true},
	roleResponse: {name: "a response", section: "responses", refable: true, fields: map[string]field{
		"summary": textField, "description": textField, "headers": mapOf(roleHeader), "content": mapOf(roleMediaType),
		"links": mapOf(roleLink),
	}},
	roleCallback: {name: "a callback", section: "callbacks", refable: true, rest: obj(rolePathItem), hasRest: true},
	roleExample: {name: "an example", section: "examples", refable: true, fields: map[string]field{
		"summary": textField, "description": textField, "value": anyField, "dataValue": anyField, "serializedValue": textField,
		"externalValue": textField,
	}},
	roleLink: {name: "a link", section: "links", refable: true, fields: map[string]field{
		"operationRef": textField, "operationId": textField, "parameters": plainly(formAnyMap), "requestBody": anyField,
		"description": textField, "server": obj(roleServer),
	}},
	roleTag: {name: "a tag", fields: map[string]field{
		"name": textField, "summary": textField, "description": textField, "externalDocs": obj(roleExternalDocs),
		"parent": textField, "kind": textField,
	}},
	roleComponents: {name: "components", fields: map[string]field{
		"schemas": mapOf(roleSchema), "responses": mapOf(roleResponse), "parameters": mapOf(roleParameter),
		"examples": mapOf(roleExample), "requestBodies": mapOf(roleRequestBody), "headers": mapOf(roleHeader),
		"securitySchemes": mapOf(roleSecurityScheme), "links": mapOf(roleLink), "callbacks": mapOf(roleCallback),
		"pathItems": mapOf(rolePathItem), "mediaTypes": mapOf(roleMediaType),
	}},
	roleSchema: {name: "a schema", section: "schemas", refable: true, fields: schemaFields},
	roleDiscriminator: {name: "a discriminator", fields: map[string]field{
		"propertyName": textField, "mapping": plainly(formTextMap), "defaultMapping": textField,
	}},
	roleXML: {name: "an xml object", fields: map[string]field{
		"name": textField, "namespace": textField, "prefix": textField, "attribute": boolField, "wrapped": boolField,
		"nodeType": textField,
	}},
	roleSecurityScheme: {name: "a security scheme", section: "securitySchemes", refable: true, fields: map[string]field{
		"type": textField, "description": textField, "name": textField, "in": textField, "scheme": textField,
		"bearerFormat": textField, "flows": obj(roleOAuthFlows), "openIdConnectUrl": textField, "oauth2MetadataUrl": textField,
		"deprecated": boolField,
	}},
	roleOAuthFlows: {name: "OAuth flows", fields: map[string]field{
		"implicit": obj(roleOAuthFlow), "password": obj(roleOAuthFlow), "clientCredentials": obj(roleOAuthFlow),
		"authorizationCode": obj(roleOAuthFlow), "deviceAuthorization": obj(roleOAuthFlow),
	}},
	roleOAuthFlow: {name: "an OAuth flow", fields: map[string]field{
		"authorizationUrl": textField, "tokenUrl": textField, "refreshUrl": textField, "deviceAuthorizationUrl": textField,
		"scopes": plainly(formTextMap),
	}},
	roleSecurityRequirement: {name: "a security requirement", rest: plainly(formTexts), hasRest: true},
	roleSocket: {name: "an object of " + ExtensionSocket, fields: map[string]field{
		"receive": obj(roleSchema), "send": obj(roleSchema), "subprotocols": plainly(formTexts), "pingInterval": anyField,
		"maxMessageSize": anyField, "compression": boolField, "origins": plainly(formTexts), "queue": plainly(formCount), "slow": textField,
	}},
}

// schemaFields are the keywords of JSON Schema 2020-12, of OpenAPI, and of older drafts that are still met.
var schemaFields = map[string]field{
	"$ref": textField, "$id": textField, "$schema": textField, "$anchor": textField, "$dynamicAnchor": textField,
	"$dynamicRef": textField, "$recursiveRef": textField, "$recursiveAnchor": anyField, "$comment": textField,
	"$vocabulary": anyField, "$defs": mapOf(roleSchema), "definitions": mapOf(roleSchema),

	"type": plainly(formTypes), "format": textField, "title": textField, "description": textField, "deprecated": boolField,
	"readOnly": boolField, "writeOnly": boolField, "nullable": boolField, "default": anyField, "example": anyField,
	"examples": plainly(formAnys), "enum": plainly(formAnys), "const": anyField,

	"minimum": plainly(formNumber), "maximum": plainly(formNumber), "multipleOf": plainly(formNumber),
	"exclusiveMinimum": plainly(formBound), "exclusiveMaximum": plainly(formBound),

	"minLength": plainly(formCount), "maxLength": plainly(formCount), "pattern": textField, "contentEncoding": textField,
	"contentMediaType": textField, "contentSchema": obj(roleSchema),

	"items": plainly(formItems), "prefixItems": listOf(roleSchema), "additionalItems": obj(roleSchema), "contains": obj(roleSchema),
	"minContains": plainly(formCount), "maxContains": plainly(formCount), "minItems": plainly(formCount),
	"maxItems": plainly(formCount), "uniqueItems": boolField, "unevaluatedItems": obj(roleSchema),

	"properties": mapOf(roleSchema), "required": plainly(formTexts), "additionalProperties": obj(roleSchema),
	"patternProperties": mapOf(roleSchema), "propertyNames": obj(roleSchema), "minProperties": plainly(formCount),
	"maxProperties": plainly(formCount), "unevaluatedProperties": obj(roleSchema), "dependentRequired": plainly(formTextsMap),
	"dependentSchemas": mapOf(roleSchema), "dependencies": plainly(formDependencies),

	"allOf": listOf(roleSchema), "oneOf": listOf(roleSchema), "anyOf": listOf(roleSchema), "not": obj(roleSchema),
	"if": obj(roleSchema), "then": obj(roleSchema), "else": obj(roleSchema),

	"discriminator": obj(roleDiscriminator), "xml": obj(roleXML), "externalDocs": obj(roleExternalDocs),
}
