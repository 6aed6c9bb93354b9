// document: notesapi testdata/notes.yaml
package guide

func newAPI() *tornado.API
