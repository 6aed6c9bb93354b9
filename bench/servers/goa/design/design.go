// Package design is the API of the bench in the language of goa, which knows no OpenAPI documents as its source.
package design

import . "goa.design/goa/v3/dsl" //nolint:staticcheck // a language that is read without a prefix

var _ = API("bench", func() {
	Server("bench", func() { Services("bench") })
})

// Category is the schema Category of openapi.yaml.
var Category = Type("Category", func() {
	Attribute("id", Int64, func() { Minimum(1) })
	Attribute("name", String, func() { MinLength(1); MaxLength(32) })
	Required("id", "name")
})

// Pet is the schema Pet of openapi.yaml.
var Pet = Type("Pet", func() {
	Attribute("id", Int64, func() { Minimum(1) })
	Attribute("name", String, func() { MinLength(1); MaxLength(64) })
	Attribute("status", String, func() { Enum("available", "pending", "sold") })
	Attribute("tags", ArrayOf(String, func() { MinLength(1); MaxLength(32) }), func() { MaxLength(16) })
	Attribute("price", Float64, func() { Minimum(0) })
	Attribute("category", Category)
	Attribute("description", String, func() { MaxLength(256) })
	Required("id", "name", "status", "tags", "price")
})

// Choice is the schema Choice of openapi.yaml.
var Choice = Type("Choice", func() {
	Attribute("name", String, func() { MinLength(1); MaxLength(32) })
	Attribute("value", String, func() { MaxLength(64) })
	Required("name", "value")
})

// Line is the schema Line of openapi.yaml.
var Line = Type("Line", func() {
	Attribute("sku", String, func() { MinLength(1); MaxLength(32) })
	Attribute("count", Int32, func() { Minimum(1); Maximum(1000) })
	Attribute("price", Float64, func() { Minimum(0) })
	Attribute("gift", Boolean)
	Attribute("options", ArrayOf(Choice), func() { MaxLength(8) })
	Required("sku", "count", "price")
})

// Address is the schema Address of openapi.yaml.
var Address = Type("Address", func() {
	Attribute("street", String, func() { MinLength(1); MaxLength(128) })
	Attribute("city", String, func() { MinLength(1); MaxLength(64) })
	Attribute("country", String, func() { Enum("DE", "FR", "GB", "PL", "US") })
	Required("street", "city", "country")
})

// Buyer is the schema Buyer of openapi.yaml.
var Buyer = Type("Buyer", func() {
	Attribute("name", String, func() { MinLength(1); MaxLength(64) })
	Attribute("address", Address)
	Required("name", "address")
})

// Order is the schema Order of openapi.yaml.
var Order = Type("Order", func() {
	Attribute("id", Int64, func() { Minimum(1) })
	Attribute("lines", ArrayOf(Line), func() { MinLength(1); MaxLength(1000) })
	Attribute("buyer", Buyer)
	Attribute("note", String, func() { MaxLength(256) })
	Required("id", "lines")
})

// Receipt is the schema Receipt of openapi.yaml.
var Receipt = Type("Receipt", func() {
	Attribute("size", Int64)
	Required("size")
})

var _ = Service("bench", func() {
	Method("getPet", func() {
		Payload(func() {
			Attribute("petId", Int64, func() { Minimum(1) })
			Required("petId")
		})
		Result(Pet)
		HTTP(func() { GET("/pets/{petId}") })
	})
	Method("listPets", func() {
		Payload(func() {
			Attribute("limit", Int32, func() { Minimum(1); Maximum(100) })
			Required("limit")
		})
		Result(ArrayOf(Pet))
		HTTP(func() { GET("/pets"); Param("limit") })
	})
	Method("createPet", func() {
		Payload(Pet)
		Result(Pet)
		HTTP(func() { POST("/pets"); Response(StatusCreated) })
	})
	Method("createOrder", func() {
		Payload(Order)
		Result(Order)
		HTTP(func() { POST("/orders"); Response(StatusCreated) })
	})
	Method("putFile", func() {
		Result(Receipt)
		HTTP(func() { PUT("/files"); SkipRequestBodyEncodeDecode() })
	})
})
