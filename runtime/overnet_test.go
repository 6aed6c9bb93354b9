//go:build !tornado_net

package tornado

// overNet tells that the loops stand on package net, whose connections have a goroutine and buffers each.
const overNet = false
