/* bcryptprimitives.dll for wine 8. Programs written in Go ask it for random numbers, and wine 8
 * does not have it. SystemFunction036 is RtlGenRandom of advapi32.dll. */
#include <windows.h>

BOOLEAN NTAPI SystemFunction036(PVOID data, ULONG size);

__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE data, SIZE_T size)
{
	return SystemFunction036(data, (ULONG)size);
}
