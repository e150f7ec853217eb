/* Stands between the program under test and the system (LD_PRELOAD): its wall clock can be set, and its fsync can fail. What is to happen
 * stands in the file that FAULTS names, which the test writes and the program has mapped: by how many seconds the wall clock is ahead, and
 * whether fsync fails. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static const volatile int64_t *said;

__attribute__((constructor)) static void begin(void)
{
	const char *path = getenv("FAULTS");
	int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	void *mapped = file < 0 ? MAP_FAILED : mmap(NULL, 2 * sizeof *said, PROT_READ, MAP_SHARED, file, 0);

	if (mapped == MAP_FAILED)
		abort(); /* Without faults nothing would be proved. */
	said = mapped;
	close(file);
}

int clock_gettime(clockid_t clock, struct timespec *at)
{
	int failed = (int)syscall(SYS_clock_gettime, clock, at);

	if (!failed && said && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
		at->tv_sec += said[0];
	return failed;
}

int gettimeofday(struct timeval *restrict at, void *restrict zone)
{
	struct timespec now;

	(void)zone;
	clock_gettime(CLOCK_REALTIME, &now);
	at->tv_sec = now.tv_sec;
	at->tv_usec = now.tv_nsec / 1000;
	return 0;
}

time_t time(time_t *at)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	if (at)
		*at = now.tv_sec;
	return now.tv_sec;
}

static int fails(void)
{
	if (said && said[1])
		errno = EIO;
	return said && said[1];
}

int fsync(int file)
{
	return fails() ? -1 : (int)syscall(SYS_fsync, file);
}

int fdatasync(int file)
{
	return fails() ? -1 : (int)syscall(SYS_fdatasync, file);
}
