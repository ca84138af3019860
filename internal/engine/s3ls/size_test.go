package s3ls

import (
	"math"
	"testing"
)

func TestHumanSize(t *testing.T) {
	const (
		kib = 1 << 10
		mib = 1 << 20
		gib = 1 << 30
		tib = 1 << 40
		pib = 1 << 50
		eib = 1 << 60
	)
	tests := []struct {
		size int64
		want string
	}{
		{0, "0 Bytes"},
		{1, "1 Byte"},
		{2, "2 Bytes"},
		{1000, "1000 Bytes"},
		{kib - 1, "1023 Bytes"},
		{kib, "1.0 KiB"},
		{1075, "1.0 KiB"},
		{1076, "1.1 KiB"},
		{1536, "1.5 KiB"},
		{1000 * kib, "1000.0 KiB"},
		{1023 * kib, "1023.0 KiB"},
		{mib - kib/2 - 1, "1023.5 KiB"}, // 1023.499 KiB, which rounds to 1023, so the unit stays
		{mib - kib/2, "1.0 MiB"},        // 1023.5 KiB, which rounds to 1024
		{mib - 1, "1.0 MiB"},
		{mib, "1.0 MiB"},
		{1572864, "1.5 MiB"},
		{gib - mib/2 - 1, "1023.5 MiB"},
		{gib - mib/2, "1.0 GiB"},
		{gib - 1, "1.0 GiB"},
		{1610612736, "1.5 GiB"},
		{tib - 1, "1.0 TiB"},
		{5 * tib, "5.0 TiB"},
		{pib - 1, "1.0 PiB"},
		{pib, "1.0 PiB"},
		{eib - 1, "1.0 EiB"},
		{eib, "1.0 EiB"},
		{math.MaxInt64, "8.0 EiB"},
	}
	for _, tt := range tests {
		if got := humanSize(tt.size); got != tt.want {
			t.Errorf("humanSize(%d) = %q, want %q", tt.size, got, tt.want)
		}
	}
}
