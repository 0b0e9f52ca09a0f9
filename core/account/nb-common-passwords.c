/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Passwords of eight characters and more that are tried first: digits, keyboard walks, names, and Korean words typed on
 * an English keyboard. Runs such as 12345678 and aaaaaaaa are found by rule. */
#include "core/account/nb-password.h"

/* clang-format off */
const char *const nb_common_passwords[] = {
  /* Digits */
  "00000001", "01010101", "01012345678", "0123456789", "0987654321", "10101010", "10203040", "11112222", "11223344",
  "1122334455", "112233445566", "11235813", "12121212", "12123434", "12131415", "12312312", "123123123", "1231231234",
  "12341234", "123412341234", "12344321", "123451234", "1234512345", "12345671", "1234567890", "12345678900",
  "123456789012", "1234567891", "12345678910", "123456781", "1234567a", "123454321", "12348765", "123321123",
  "123654789", "13131313", "13579246", "135792468", "1357924680", "14141414", "14701470", "147258369", "147852369",
  "14789632", "159357159", "159753159", "159753456", "19191919", "20002000", "20202020", "21212121", "22446688",
  "23232323", "24682468", "25802580", "31415926", "314159265", "369258147", "43211234", "45454545", "50505050",
  "51505150", "52525252", "56785678", "741852963", "76543210", "77889900", "78787878", "78945612", "789456123",
  "78963214", "87651234", "88776655", "90909090", "951753852", "963852741", "98989898", "99887766", "0000000000a",
  "486486486", "82828282", "10041004", "100410041004", "79797979", "18181818", "28282828", "12251225", "19801980",
  "19851985", "19881988", "19901990", "19951995", "20012001", "20022002", "20102010", "20202021", "20232023",
  "20242024", "20252025", "20262026",
  /* Keyboard walks */
  "qwertyui", "qwertyuiop", "qwertyuiop1", "qwerty12", "qwerty123", "qwerty1234", "qwerty12345", "qwerty123456",
  "qwerty1!", "qwertyqwerty", "qwerqwer", "qwer1234", "qwer1234!", "qwer1234!@", "qwer12345", "qwer!@#$", "qwert12345",
  "qwert123", "1234qwer", "1234qwer!", "12345qwert", "123qweasd", "123qweasdzxc", "123qwe123", "123qwe!@#", "qwe123qwe",
  "qwe123!@#", "qwe12345", "qweasdzxc", "qweasd123", "qazwsxedc", "qazwsx123", "qazwsx12", "qazwsxedcrfv", "1qaz2wsx",
  "1qaz2wsx3edc", "1qaz2wsx!", "1qazxsw2", "!qaz2wsx", "1qaz@wsx", "!qaz@wsx", "zaq12wsx", "zaq1zaq1", "zaq1xsw2",
  "1q2w3e4r", "1q2w3e4r!", "1q2w3e4r5t", "1q2w3e4r5t6y", "1q2w3e4r!@", "1q2w3e4r1!", "q1w2e3r4", "q1w2e3r4!",
  "q1w2e3r4t5", "q1w2e3r4t5y6", "1w2q3r4e", "1q2w1q2w", "1q1q1q1q", "1a2s3d4f", "a1s2d3f4", "1z2x3c4v", "z1x2c3v4",
  "qwqwqwqw", "asdasdasd", "asdf1234", "asdf1234!", "asdf12345", "1234asdf", "asdfasdf", "asdfghjk", "asdfghjkl",
  "asdfghjkl;", "asdfqwer", "asdfjkl;", "asdfzxcv", "qwerasdf", "qwerasdfzxcv", "zxcvbnm1", "zxcvbnm123", "zxcv1234",
  "zxcv1234!", "1234zxcv", "zxcvzxcv", "zxcvasdf", "zxcvasdfqwer", "poiuytrewq", "mnbvcxz1", "lkjhgfdsa", "!@#$%^&*",
  "!@#$1234", "1234!@#$", "!@#$qwer", "1qasw23ed", "qawsedrf", "aqswdefr", "asdqwe123", "azsxdcfv",
  /* Letters with digits */
  "a1234567", "a12345678", "a123456789", "a1b2c3d4", "a1b2c3d4e5", "aa123456", "aa1234567", "aa12345678", "aaa12345",
  "aaaa1111", "aaaa1234", "aaaa0000", "ab123456", "abab1212", "abc12345", "abc123456", "abc123abc", "abc123!@#",
  "abcd1234", "abcd1234!", "abcd12345", "abcde12345", "abcdef12", "abcdef123", "abcabc123", "1234abcd", "123456ab",
  "123456abc", "12345abc", "12345678a", "123456789a", "123456aa", "1a2b3c4d", "1a2b3c4d5e", "s1234567", "k1234567",
  "z1234567", "z123456789", "q1234567", "q12345678", "q123456789", "qq123456", "ss123456", "zz123456", "asd12345",
  "asd123456", "zxc12345", "zxc123456", "zxc123zxc", "test1234", "test1234!", "test12345", "testtest", "tester12",
  "temp1234", "demo1234", "user1234", "guest1234", "sample12", "example1",
  /* Words of every country */
  "password", "password!", "password1", "password1!", "password12", "password123", "password123!", "password1234",
  "passw0rd", "p@ssw0rd", "p@ssword", "p@ssw0rd1", "p@ssw0rd!", "pa$$word", "pa$$w0rd", "pass1234", "pass1234!",
  "passpass", "passw0rd1", "mypassword", "newpassword", "changeme", "changeme1", "changeme!", "letmein1", "letmein123",
  "welcome1", "welcome12", "welcome123", "welcome1!", "administrator", "admin123", "admin1234", "admin12345",
  "admin123!", "adminadmin", "root1234", "rootroot", "master12", "master123", "master1234", "iloveyou", "iloveyou1",
  "iloveyou2", "iloveyou!", "iloveu12", "loveyou1", "lovelove", "love1234", "loveme12", "sunshine", "sunshine1",
  "princess", "princess1", "football", "football1", "baseball", "baseball1", "basketball", "superman", "superman1",
  "batman123", "spiderman", "pokemon1", "pokemon123", "starwars", "starwars1", "dragon12", "dragon123", "monkey12",
  "monkey123", "michael1", "michelle", "jennifer", "jordan23", "jessica1", "charlie1", "computer", "computer1",
  "internet", "internet1", "samsung1", "samsung123", "samsung1234", "google123", "facebook", "facebook1", "youtube1",
  "apple123", "iphone12", "chocolate", "chocolate1", "butterfly", "beautiful", "liverpool", "liverpool1", "chelsea1",
  "arsenal1", "manchester", "barcelona", "realmadrid", "trustno1", "whatever", "whatever1", "qwertz123", "shadow12",
  "shadow123", "freedom1", "hello123", "hello1234", "hellohello", "helloworld", "secret12", "secret123", "lucky777",
  "lucky1234", "blessing", "jesus123", "jesuschrist", "happy123", "happy1234", "flower12", "flower123", "summer12",
  "winter12", "spring12", "autumn12", "soccer12", "corvette", "mercedes", "maverick", "midnight", "victoria", "scooby12",
  "elephant", "diamonds", "security", "monopoly", "zaqwsxcde", "asdfghj1", "alexande", "alexander", "marina12",
  "babygirl", "babygirl1", "superstar", "rockstar", "startrek", "blink182", "nirvana1", "metallica", "slipknot",
  "eminem12", "november", "december", "september", "february", "minecraft", "fortnite", "leagueoflegends", "starcraft",
  "starcraft1", "maplestory", "overwatch", "playstation", "nintendo", "xbox3600", "linkinpark",
  /* Korea in Latin letters */
  "korea123", "korea1234", "korea2002", "seoul123", "seoul1234", "seoul1988", "busan123", "busan1234", "daehan123",
  "minkook1", "hanguk123", "kimchi123", "kimchi12", "sarang12", "sarang123", "sarang1234", "saranghae", "saranghae1",
  "saranghae12", "annyeong", "annyeong1", "angel1004", "1004angel", "angel1234", "love1004", "1004love", "love486486",
  "happy1004", "lucky1004", "chunsa1004", "minsu1234", "minji1234", "jisung13", "parkjisung", "kimyuna1", "bts12345",
  "bangtan1", "bangtan7", "naver123", "naver1234", "kakao123", "kakao1234", "daum1234", "danggeun", "neighborbid",
  "neighborbid1", "neighbor1", "hyundai1", "hyundai123", "lgtwins1", "doosan123", "doosanbears", "kiatigers",
  "lotte1234", "samsunglions",
  /* Korean words on an English keyboard */
  "dkssud12", "dkssud123", "dkssud1234", "dkssudgktpdy", "dkssudgktpdy1", "qlalfqjsgh", "qlalfqjsgh1", "qlalfqjsgh12",
  "qlalfqjsgh1!", "qlqjs123", "qlqjs1234", "qlalf123", "qlalf1234", "tkfkdgo1", "tkfkdgo12", "tkfkdgo123", "tkfkdgo1234",
  "tkfkdgody", "tkfkdgo486", "tkfkd123", "tkfkd1234", "tkfkdtkfkd", "rkskekfk", "rkskekfkakqktk", "eogksalsrnr",
  "eogksalsrnr1", "gksrnr12", "gksrnr123", "gksrnr1234", "gksrmf12", "gksrmf123", "gksrmf1234", "wlswk123",
  "ckddlf12", "durltkfkd", "dusdls12", "gkrry123", "gkrtod12", "wkdnjs12", "cjstk1004", "cjstk123", "akstp123",
  "akstp815", "alsrud12", "alswl123", "alswl1234", "alswn123", "alstn123", "alsgh123", "wldms123", "wldud123",
  "wlgns123", "wlals123", "wldnjs12", "tmddn123", "tjdgh123", "tjdals12", "gmlakd12", "gudwns12", "wnsgh123",
  "dbwls123", "dmswl123", "gpdls123", "qhrtnddk", "rhdiddl1", "rkdwl123", "rkdtkswl", "ehsqjfwk",
  "tjdrhd12", "godqhr12", "godqhr123", "godqhr1234", "godqhrgkwk", "dkqkajal", "djaakdkqk", "aodlqekq",
  "rudqhrrnd", "tjdnftl1", "qntks123", "eorn1234", "wjdqhqhgh", "rhksflwk", "rhksflwk1", "rhksflwk123", "znsqhffh",
  "apdlvmftmxhfl", "dlrjqnseksxj", "ekdrmsakzpt", NULL
};
/* clang-format on */
