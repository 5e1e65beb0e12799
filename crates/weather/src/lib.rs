//! Stochastic daily weather from CLIGEN station parameters, station choice and scaling.
#![warn(missing_docs)]
