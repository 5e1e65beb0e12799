//! A program that speaks WEPP's protocol: it reads its answers from standard input and writes the outputs they name.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// What every hillslope gives: one storm a year.
pub const RUNOFF_MM_Y: f64 = 20.0;
/// 100 kg a year from a quarter of a hectare.
pub const SEDIMENT_T_HA_Y: f64 = 0.4;
/// What leaves the outlet of every watershed it routes.
pub const OUTLET_SEDIMENT_T_Y: f64 = 12.5;
/// Version it prints.
pub const VERSION: &str = "2024.204";

const SCRIPT: &str = r##"#!/bin/sh
answers=$(cat)
case "$answers" in *pass_pw0.txt*)
    hillslopes=$(echo "$answers" | grep -c '^H[0-9]*.pass.dat$')
    for pass in $(echo "$answers" | grep '^H[0-9]*.pass.dat$'); do [ -s "$pass" ] || exit 1; done
    awk -v hillslopes="$hillslopes" -v channels="$(sed -n 2p pw0.chn)" 'BEGIN {
        loss = "loss_pw0.txt"; ebe = "ebe_pw0.txt"
        print " VERSION 2024.204\n 5 YEAR AVERAGE ANNUAL VALUES FOR WATERSHED" > loss
        print "                 Runoff        Subrunoff     Soil          Sediment      Sediment      Hillslope" > loss
        print "                 Volume        Volume        Loss          Deposition    Yield         Area" > loss
        print "Hillslopes       (m^3)         (m^3)         (kg)          (kg)          (kg)        (ha)" > loss
        print "----" > loss
        for (i = 1; i <= hillslopes; i++) print "Hill " i " 100. 0. 50. 0. 50. 1." > loss
        print "" > loss
        print "Channels         Discharge     Sediment        Soil          Upland        Subsuface Flow   Contributing" > loss
        print "and              Volume        Yield           Loss          Charge        Volume          Area" > loss
        print "Impoundments     (m^3)         (tonne)         (kg)          (m^3)         (m^3)            (ha)" > loss
        print "" > loss
        for (i = 1; i <= channels; i++) print "Channel " i " 900. 2. 30. 0. 0. 5." > loss
        print "\nTotal contributing area to outlet = 300. ha\nAvg. Ann. Precipitation volume in = 38129." > loss
        print "Avg. Ann. water discharge from outlet = 27280.\nAvg. Ann. total hillslope soil loss = 14.6" > loss
        print "Avg. Ann. total channel soil loss = 0.5\nAvg. Ann. sediment discharge from outlet = 12.5" > loss
        print "Sediment Delivery Ratio for Watershed = 0.86" > loss
        print "Day          Precip.    Runoff      Peak       Sediment" > ebe
        print "   Month     Depth      Volume      Runoff     Yield" > ebe
        print "       Year  (mm)       (m^3)       (m^3/s)    (kg)" > ebe
        print "-----\n10 3 1 50.5 300.2 .5 12.5" > ebe
    }'
    echo ' WEPP COMPLETED WATERSHED SIMULATION SUCCESSFULLY'
    exit;;
esac
years=$(echo "$answers" | tail -n 2 | head -n 1)
awk -v years="$years" 'BEGIN {
    pass = "pass.txt"; wat = "wat.txt"; ebe = "ebe.txt"; loss = "loss.txt"
    print "case.cli" > pass
    printf "%5d         1\n", years > pass
    print ".25000E+04" > pass
    print "  5    0.20000E-05 0.10000E-04 0.40000E-04 0.60000E-03 0.20000E-03" > pass
    print "ofe jday year precip runoff sw sw1 sw2 ep es er snodpy densg" > wat
    print " EVENT OUTPUT" > ebe
    print "  day   mo  year Precp  Runoff  IR-det Av-det Mx-det  Point  Av-dep Max-dep  Point Sed.Del    ER  Det-Len Dep-Len" > ebe
    print "  ---   --  ----  (mm)    (mm)  kg/m^2 kg/m^2 kg/m^2    (m)  kg/m^2  kg/m^2    (m)  (kg/m)  ----    (m)    (m)" > ebe
    for (year = 1; year <= years; year++) {
        for (day = 1; day <= 365 + (year % 4 == 0); day++) {
            if (day == 166) {
                printf "EVENT         %d   166      0.10800E+05 0.17803E+00 0.11869E+00 0.20000E-01 0.50000E+02 0.00000E+00 0.00000E+00 0.00000E+00 0.00000E+00 0.52326E-01      0.79760E+03 0.00000E+00 0.40000E+00 0.40000E+00 0.40000E+00      0.40000E+00 0.40000E+00 0.20000E+00 0.20000E+00 0.20000E+00\n     0.20000E+00 0.20000E+00\n", year > pass
            } else {
                printf "NO EVENT      %d   %d\n", year, day > pass
            }
            printf "  1 %d %d 0.00 0.00 100.0 10.0 20.0 0.50 0.50 0.00 0.0 0.0\n", day, year > wat
        }
        printf "15 6 %d 100.0 20.0 .0 .057 .09 50.0 .0 .00 .00 2.0 1.0 50.0 .000\n", year > ebe
    }
    print " Annual; abbreviated (Metric Units)" > loss
    print "                     VERSION  2024.204" > loss
    print "     ANNUAL AVERAGE SUMMARIES" > loss
    printf "        Number of years                                    %d\n", years > loss
    print "        Mean annual precipitation                     100.00    mm" > loss
    print "        Mean annual runoff from rainfall               20.00    mm" > loss
    print "        Mean annual runoff from snow melt\n          and/or rain storm during winter               0.00    mm\n\n\n\n\n\n\n\n\n\n\n\n" > loss
    print "     A.  AVERAGE ANNUAL SEDIMENT LEAVING PROFILE" > loss
    print "             2.000   kg/m of width" > loss
    print "           100.000     kg (based on profile width of     50.000      m)" > loss
}'
echo ' WEPP COMPLETED HILLSLOPE SIMULATION SUCCESSFULLY'
"##;

/// Changes the program in a folder: asked to route channels, it notes its process in `started` and waits for ever.
pub fn hang_when_routing(folder: &Path, started: &Path) {
    let hang = format!("echo $$ >> {}; sleep 86399;", started.display());
    write(folder, &SCRIPT.replace("*pass_pw0.txt*)", &format!("*pass_pw0.txt*) {hang}")));
}

/// Writes the program into a folder.
pub fn install(folder: &Path) -> PathBuf {
    write(folder, SCRIPT)
}

/// Writes a program into a folder. Another process makes the file that is executed: a descriptor of ours, inherited
/// by a parallel test's fork, would keep it busy.
fn write(folder: &Path, script: &str) -> PathBuf {
    let (draft, program) = (folder.join("wepp.draft"), folder.join("wepp"));
    std::fs::write(&draft, script).expect("writable");
    let copied = std::process::Command::new("cp").arg(&draft).arg(&program).status().expect("cp");
    assert!(copied.success());
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).expect("permissions");
    program
}
