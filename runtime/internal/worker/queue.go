package worker

// list is a queue of connections, linked through Conn.next.
type list struct {
	first, last *Conn
	n           int
}

func (q *list) push(c *Conn) {
	c.next = nil
	if q.last != nil {
		q.last.next = c
	} else {
		q.first = c
	}
	q.last = c
	q.n++
}

func (q *list) pop() *Conn {
	c := q.first
	if c == nil {
		return nil
	}
	if q.first = c.next; q.first == nil {
		q.last = nil
	}
	c.next = nil
	q.n--
	return c
}

// take moves all of other behind what is in q.
func (q *list) take(other *list) {
	if other.n == 0 {
		return
	}
	if q.last != nil {
		q.last.next = other.first
	} else {
		q.first = other.first
	}
	q.last = other.last
	q.n += other.n
	*other = list{}
}

// lanes is the queue of a pool, or what a loop adds to it. Who has had a turn and
// wants more waits behind those who come anew, of whom most want little; but not
// for ever.
type lanes struct {
	fresh, late list
	passed      int // fresh ones taken while late ones waited
	n           int
}

// latest is how many fresh ones are taken at most before a late one.
const latest = 16

func (q *lanes) push(c *Conn) {
	q.fresh.push(c)
	q.n++
}

// take moves all of other behind what is in q.
func (q *lanes) take(other *lanes) {
	q.n += other.n
	other.n = 0
	q.fresh.take(&other.fresh)
	q.late.take(&other.late)
}

func (q *lanes) pushLate(c *Conn) {
	q.late.push(c)
	q.n++
}
