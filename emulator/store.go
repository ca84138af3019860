package emulator

import (
	"container/list"
	"time"
)

// A store is a map whose records end: at their time, or when max is reached and
// they are the oldest. Every operation costs the same however many records there
// are. It is not safe for concurrent use.
type store[V any] struct {
	max     int
	dropped func(V) // told of every record that leaves, however it leaves
	items   map[string]*list.Element
	order   *list.List // of record[V], oldest first
}

type record[V any] struct {
	id      string
	value   V
	expires time.Time
}

func newStore[V any](max int, dropped func(V)) *store[V] {
	return &store[V]{max: max, dropped: dropped, items: map[string]*list.Element{}, order: list.New()}
}

// put adds a record that get finds until expires.
func (s *store[V]) put(id string, v V, expires time.Time) {
	s.delete(id)
	if len(s.items) >= s.max {
		s.delete(s.order.Front().Value.(record[V]).id)
	}
	s.items[id] = s.order.PushBack(record[V]{id, v, expires})
}

// get returns the live record of that id.
func (s *store[V]) get(id string, now time.Time) (v V, ok bool) {
	el := s.items[id]
	if el == nil {
		return v, false
	}
	rec := el.Value.(record[V])
	if !now.Before(rec.expires) {
		s.delete(id)
		return v, false
	}
	return rec.value, true
}

// delete removes the record of that id, if there is one.
func (s *store[V]) delete(id string) {
	el := s.items[id]
	if el == nil {
		return
	}
	delete(s.items, id)
	rec := s.order.Remove(el).(record[V])
	if s.dropped != nil {
		s.dropped(rec.value)
	}
}

// sweep removes the oldest records as far as they have ended. Records of one
// store live equally long, so these are all that have ended, but for a clock
// that was moved back.
func (s *store[V]) sweep(now time.Time) {
	for el := s.order.Front(); el != nil; el = s.order.Front() {
		rec := el.Value.(record[V])
		if now.Before(rec.expires) {
			return
		}
		s.delete(rec.id)
	}
}

func (s *store[V]) len() int { return len(s.items) }
