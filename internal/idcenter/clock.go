package idcenter

import (
	"net/http"
	"time"
)

// A Clock is the service's beside ours, as an answer showed them. The zero Clock
// is that of an answer without a date.
type Clock struct {
	Date  time.Time     // the service's time when it answered
	Ahead time.Duration // how far our clock was ahead of it then; less than 0 is behind
}

// clockOf reads the Date of a reply (RFC 9110, section 6.6.1). received is our time
// when the reply was there, took what the request took: the service is taken to
// have answered in the middle of it. Its date has whole seconds, the rest cut off.
func clockOf(h http.Header, received time.Time, took time.Duration) Clock {
	date, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		return Clock{}
	}
	return Clock{Date: date, Ahead: received.Add(-took / 2).Sub(date.Add(time.Second / 2)).Round(time.Second)}
}
