// document: api testdata/bodies.yaml
package guide

type pets struct{ folder string }

var c *api.Client
