// Package drive makes valid and invalid requests for the operations of an OpenAPI document, and judges requests and answers by two
// independent opinions: openapi3filter on what is sent, and JSON Schema on the values that were put into it. It shares no code with the
// reading, the decoding and the checks of this project, which it is there to contradict. The contract test of a user's API and the
// corpus of documents are driven by it.
package drive
