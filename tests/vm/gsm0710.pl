#!/usr/bin/perl
# The kernel's multiplexer of 27.010 (n_gsm) on a serial line, and the lines of its channels. ldattach knows one option
# only, and Linux 6.1 refuses the window that ldattach hands back to it.
#
#   gsm0710.pl attach DEVICE basic|advanced initiator|responder FRAME_SIZE
#   gsm0710.pl detach DEVICE
#   gsm0710.pl dtr on|off <CHANNEL
#   gsm0710.pl carrier <CHANNEL                                           prints `on` or `off`
use strict;
use warnings;
use Fcntl;

# asm-generic/ioctls.h, asm-generic/termios.h, linux/tty.h, linux/gsmmux.h
use constant { TIOCSETD => 0x5423, TIOCMGET => 0x5415, TIOCMBIS => 0x5416, TIOCMBIC => 0x5417 };
use constant { TIOCM_DTR => 0x002, TIOCM_CAR => 0x040, N_TTY => 0, N_GSM0710 => 21 };
use constant { GSMIOC_GETCONF => 0x804c4700, GSMIOC_SETCONF => 0x404c4701 };
my ($adaption, $encapsulation, $initiator, $t1, $t2, $t3, $n2, $mru, $mtu, $k, $i) = 0 .. 10;

my $line = \*STDIN; # Linux forgets the carrier of a channel that is opened once more

# Lets the kernel read a number, or write it.
sub with_number {
    my ($request, $number, $name) = @_;
    my $packed = pack('i', $number);
    ioctl($line, $request, $packed) or die "$name: $!\n";
    return unpack('i', $packed);
}

sub configure {
    my ($advanced, $is_initiator, $size) = @_;
    my $structure = "\0" x 76;
    ioctl($line, GSMIOC_GETCONF, $structure) or die "the settings: $!\n";
    my @settings = unpack('I19', $structure);
    @settings[$adaption, $encapsulation, $initiator, $mru, $mtu, $k, $i] = (1, $advanced, $is_initiator, $size, $size, 0, 1);
    # The machine is emulated: a second, and two for the control channel.
    @settings[$t1, $t2] = (100, 200);
    $structure = pack('I19', @settings);
    ioctl($line, GSMIOC_SETCONF, $structure) or die "the settings: $!\n";
}

my ($what, @how) = @ARGV;
die "the first lines of $0 say how it is used\n" unless defined $what;
if ($what eq 'attach' or $what eq 'detach') {
    my $device = shift @how;
    sysopen($line, $device, O_RDWR | O_NOCTTY | O_NONBLOCK) or die "$device: $!\n";
}

if ($what eq 'attach') {
    my ($option, $role, $size) = @how;
    with_number(TIOCSETD, N_GSM0710, 'the line discipline');
    configure($option eq 'advanced' ? 1 : 0, $role eq 'initiator' ? 1 : 0, $size);
} elsif ($what eq 'detach') {
    # Linux says nothing when the line discipline ends, but says good-bye when it is to begin again in the other role.
    configure(0, 0, 64);
    with_number(TIOCSETD, N_TTY, 'the line discipline');
} elsif ($what eq 'dtr') {
    with_number($how[0] eq 'on' ? TIOCMBIS : TIOCMBIC, TIOCM_DTR, 'DTR');
} elsif ($what eq 'carrier') {
    print with_number(TIOCMGET, 0, 'the lines') & TIOCM_CAR ? "on\n" : "off\n";
} else {
    die "$what?\n";
}
