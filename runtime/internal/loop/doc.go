// Package loop is the reactor: one goroutine that waits for readiness.
//
// A Loop knows three things: which descriptors are ready, which deadlines have
// passed, and what was posted to it. A turn goes: wait for events; run
// what was posted; tell the Source of each event; fire what is due on the timer
// wheel; let the Hooks hand over what became ready. It accepts connections and places
// each on the loop with the fewest. It never reads, parses or runs user code.
// Where connections come quickly, one after the other, it sleeps for a moment
// before it waits, and takes those together that have come (see pace).
//
// A descriptor is known by its Token, a slot of a slab and the slot's
// generation, which is also what the kernel keeps with it: an event that was
// reported for a descriptor closed since finds another generation, and is
// dropped.
//
// Post is the only door from other goroutines.
package loop
