package s3ls

import (
	"fmt"
	"math"
)

// humanSize writes a number of bytes for people: "1 Byte", "17 Bytes", and from
// 1024 on in powers of 1024 with one decimal. As in the AWS CLI the unit is the
// smallest in which the number, rounded half to even, is below 1024.
func humanSize(size int64) string {
	switch {
	case size == 1:
		return "1 Byte"
	case size < 1024:
		return fmt.Sprintf("%d Bytes", size)
	}
	number := float64(size)
	for _, unit := range []string{"KiB", "MiB", "GiB", "TiB", "PiB"} {
		number /= 1024 // without loss: a power of two
		if math.RoundToEven(number) < 1024 {
			return fmt.Sprintf("%.1f %s", number, unit)
		}
	}
	return fmt.Sprintf("%.1f EiB", number/1024) // there is no larger int64
}
