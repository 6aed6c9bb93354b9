/* epoll-c answers fixed bytes: one thread, one epoll, read, write, nothing else. It is the least that a server can do on this
   system without HTTP. Its only argument is the address, as 127.0.0.1:8080. It knows no requests, only how many bytes each has
   (BENCH_REQUEST), and answers as many of them as have come with what is in a file (BENCH_ANSWER); with BENCH_CLOSE it closes
   a connection that it has answered. */

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define MAX_FD 65536
#define MAX_EVENTS 256
#define READ_SIZE (16 * 1024)
#define WRITE_SIZE (64 * 1024)

static struct conn {
	size_t got;  /* bytes of a request that is not complete */
	size_t owed; /* bytes of answers that are not written */
	size_t sent; /* of the answer at the front */
} conns[MAX_FD];

static char *answers; /* the same answer several times over, so that one write can take many */
static size_t answers_size, answer_size, request_size;
static int closes, epoll_fd;

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static void read_fixed(void)
{
	const char *size = getenv("BENCH_REQUEST"), *path = getenv("BENCH_ANSWER");
	FILE *file = path ? fopen(path, "rb") : NULL;
	closes = getenv("BENCH_CLOSE") && *getenv("BENCH_CLOSE");
	request_size = size ? strtoul(size, NULL, 10) : 0;
	if (!request_size || !file)
		die("BENCH_REQUEST and BENCH_ANSWER: a size in bytes and a file");
	fseek(file, 0, SEEK_END);
	answer_size = ftell(file);
	rewind(file);
	size_t copies = WRITE_SIZE / answer_size + 1;
	answers_size = copies * answer_size;
	answers = malloc(answers_size);
	if (fread(answers, 1, answer_size, file) != answer_size)
		die(path);
	fclose(file);
	for (size_t i = 1; i < copies; i++)
		memcpy(answers + i * answer_size, answers, answer_size);
}

static int listen_on(const char *address)
{
	char host[64];
	const char *colon = strrchr(address, ':');
	struct sockaddr_in in = {.sin_family = AF_INET};
	int one = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (!colon || colon - address >= (long)sizeof host) {
		fprintf(stderr, "%s: want HOST:PORT\n", address);
		exit(1);
	}
	memcpy(host, address, colon - address);
	host[colon - address] = 0;
	in.sin_port = htons(atoi(colon + 1));
	if (inet_pton(AF_INET, host, &in.sin_addr) != 1)
		die(host);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
	if (bind(fd, (struct sockaddr *)&in, sizeof in) || listen(fd, SOMAXCONN))
		die(address);
	return fd;
}

static void accept_all(int listener)
{
	int fd, one = 1;
	while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
		struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data.fd = fd};
		if (fd >= MAX_FD) {
			close(fd);
			continue;
		}
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
		memset(&conns[fd], 0, sizeof conns[fd]);
		epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event);
	}
}

/* answer writes what is owed, as far as the socket takes it. It returns 0 if the connection is to be closed. */
static int answer(int fd, struct conn *c)
{
	int owed = c->owed > 0;
	while (c->owed) {
		size_t size = answers_size - c->sent;
		ssize_t n = write(fd, answers + c->sent, size < c->owed ? size : c->owed);
		if (n < 0)
			return errno == EAGAIN;
		c->owed -= n;
		c->sent = (c->sent + n) % answer_size;
	}
	return !(owed && closes);
}

/* serve returns 0 if the connection is to be closed. */
static int serve(int fd, struct conn *c)
{
	static char in[READ_SIZE];
	for (;;) {
		ssize_t n = read(fd, in, sizeof in);
		if (n < 0)
			return errno == EAGAIN;
		if (n == 0)
			return 0;
		c->got += n;
		c->owed += c->got / request_size * answer_size;
		c->got %= request_size;
		if (!answer(fd, c))
			return 0;
		if (n < (ssize_t)sizeof in) /* what comes later is another edge */
			return 1;
	}
}

int main(int argc, char **argv)
{
	static struct epoll_event events[MAX_EVENTS];
	if (argc != 2) {
		fprintf(stderr, "usage: epoll-c ADDRESS\n");
		return 1;
	}
	signal(SIGPIPE, SIG_IGN);
	read_fixed();
	int listener = listen_on(argv[1]);
	epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	struct epoll_event event = {.events = EPOLLIN, .data.fd = listener};
	epoll_ctl(epoll_fd, EPOLL_CTL_ADD, listener, &event);
	for (;;) {
		int n = epoll_wait(epoll_fd, events, MAX_EVENTS, -1);
		for (int i = 0; i < n; i++) {
			int fd = events[i].data.fd;
			if (fd == listener)
				accept_all(listener);
			else if (!answer(fd, &conns[fd]) ||
				 ((events[i].events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) && !serve(fd, &conns[fd])))
				close(fd);
		}
	}
}
