package idcenter

import (
	"fmt"
	"net/http"
	"time"
)

// A Clock is the service's beside ours, as an answer showed them. The zero Clock
// is that of an answer without a date.
type Clock struct {
	Date  time.Time     // the service's time when it answered
	Ahead time.Duration // how far our clock was ahead of it then; less than 0 is behind
}

// signedWithin is how far the clocks of a signed request and of the service may
// differ: 5 minutes, or 15 for S3.
const signedWithin = 5 * time.Minute

// Wrong says that AWS refuses what is signed by our clock.
func (c Clock) Wrong() bool { return c.Ahead.Abs() > signedWithin }

// String says for people where our clock is: "1h0m ahead of the service's".
func (c Clock) String() string {
	where := "ahead of"
	if c.Ahead < 0 {
		where = "behind"
	}
	d := c.Ahead.Abs().Round(time.Minute)
	span := fmt.Sprintf("%dm", int(d.Minutes()))
	switch hours := int(d.Hours()); {
	case hours >= 48:
		span = fmt.Sprintf("%d days", (hours+12)/24)
	case hours > 0:
		span = fmt.Sprintf("%dh%dm", hours, int(d.Minutes())%60)
	}
	return span + " " + where + " the service's"
}

// ClockOf reads the Date of a reply (RFC 9110, section 6.6.1). received is our time
// when the reply was there, took what the request took: the service is taken to
// have answered in the middle of it. Its date has whole seconds, the rest cut off.
func ClockOf(h http.Header, received time.Time, took time.Duration) Clock {
	date, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		return Clock{}
	}
	return Clock{Date: date, Ahead: received.Add(-took / 2).Sub(date.Add(time.Second / 2)).Round(time.Second)}
}
