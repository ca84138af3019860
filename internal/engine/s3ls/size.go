package s3ls

import (
	"fmt"
	"math"
)

// humanSize returns a number of bytes as "1 Byte" or "17 Bytes". From 1024 on, it uses a unit and
// one decimal. Like the AWS CLI, it uses the smallest unit that makes the number, rounded half to
// even, less than 1024.
func humanSize(size int64) string {
	switch {
	case size == 1:
		return "1 Byte"
	case size < 1024:
		return fmt.Sprintf("%d Bytes", size)
	}
	number := float64(size)
	for _, unit := range []string{"KiB", "MiB", "GiB", "TiB", "PiB"} {
		number /= 1024 // exact, because 1024 is a power of two
		if math.RoundToEven(number) < 1024 {
			return fmt.Sprintf("%.1f %s", number, unit)
		}
	}
	return fmt.Sprintf("%.1f EiB", number/1024) // the largest int64 is 8.0 EiB
}
