// document: api testdata/overlays.yaml
package guide
