//! What people are called, roughly where they live.

use super::draw::Draw;

/// Lists of words.
struct Names {
    countries: &'static str,
    first: &'static str,
    last: &'static str,
}

/// No first name is longer than nine letters, for it is a part of a username of 30.
const NAMES: [Names; 8] = [
    Names {
        countries: "FR BE CH LU MC GP MQ RE GF NC PF HT",
        first: "Amélie Antoine Aurore Bastien Camille Chloé Clément Élise Émile Fanny Gaëlle Hugo Inès Jules \
         Juliette Léa Léo Louise Lucas Manon Marius Maxime Noémie Pauline Quentin Raphaël Romane Sacha \
         Solène Théo Yann Zoé",
        last: "Bernard Blanc Bonnet Chevalier Dubois Dupuis Fontaine Garnier Girard Lambert Laurent Lefèvre \
         Kermarrec Leroy Martin Mercier Moreau Morel Perrin Renaud Rousseau Roux Simon Vidal",
    },
    Names {
        countries: "ES MX AR CO PE VE CL EC GT CU BO DO HN PY SV NI CR PA UY PR GQ",
        first: "Alejandra Andrés Beatriz Camila Carmen Diego Elena Emilio Esteban Felipe Gabriela Ignacio Inés \
         Javier Joaquín Lucía Luis Manuel Mariana Mateo Paloma Rafael Rocío Sofía Tomás Valentina Ximena",
        last: "Aguilar Castillo Castro Cruz Delgado Díaz Fernández Flores García Gómez González Herrera López \
         Martínez Mendoza Morales Navarro Ortiz Ramírez Reyes Rojas Ruiz Torres Vargas",
    },
    Names {
        countries: "BR PT AO MZ CV",
        first: "Ana André Beatriz Bruno Caetano Carolina Daniela Eduardo Fernanda Gilberto Helena Isabela João \
         Larissa Leonardo Luiza Marcelo Milton Rafaela Rodrigo Tiago Vitória",
        last: "Almeida Alves Araújo Barbosa Cardoso Carvalho Costa Ferreira Gomes Lima Moreira Nascimento \
         Oliveira Pereira Ribeiro Rocha Santos Silva Souza Teixeira",
    },
    Names {
        countries: "DE AT LI NL DK SE NO FI IS",
        first: "Anke Anton Britta Clara Emil Felix Finn Frieda Greta Hanna Ida Jan Jonas Karl Lena Lotte Mats \
         Mila Nils Oskar Paula Sven Theo Ute",
        last: "Andersen Bauer Becker Berg Visser Fischer Hansen Hoffmann Jansen Keller Koch Krüger Lang \
         Lindberg Meyer Müller Nilsson Richter Schäfer Schmidt Schneider Vogel Wagner Weber",
    },
    Names {
        countries: "MA DZ TN EG LY SD SA AE IQ JO LB SY YE OM QA KW BH PS IR TR PK AF MR",
        first: "Ahmed Amina Ayşe Bilal Dalia Farid Fatima Hassan Ibrahim Jamila Karim Khadija Leïla Mariam \
         Mehmet Mourad Nadia Nour Omar Rania Reza Samir Selim Yasmin Youssef Zahra",
        last: "Abbas Alaoui Aziz Benali Bennani Demir Amrani Farouk Haddad Hamdi Hosseini Idrissi Kaya Khan \
         Khalil Mansour Mansouri Nasser Rahimi Saïdi Saleh Yılmaz",
    },
    Names {
        countries: "CN TW HK JP KR KP VN SG MN MO",
        first: "Aiko Bao Chen Eun-ji Haruki Hiroshi Hui Jian Jin Ji-woo Kenji Lan Lei Lin Mei Min-jun Naoko Ren \
         Sakura Seo-yeon Tao Wei Xin Yan Yuki Zhen",
        last: "Chang Chen Choi Fujita Huang Ito Jung Kim Kobayashi Lee Li Lin Liu Nakamura Nguyen Park Sato \
         Suzuki Tanaka Tran Wang Wu Yamamoto Zhang Zhao",
    },
    Names {
        countries: "IN BD LK NP ID MY TH MM KH LA PH",
        first: "Aarav Aditi Ananda Anjali Arjun Budi Deepa Dewi Divya Indah Ishaan Kavya Kiran Lakshmi Maya \
         Meera Mohan Nisha Priya Rahul Ravi Rohan Sari Sita Somchai Surya Vikram",
        last: "Agarwal Bose Chatterjee Das Desai Fernando Ghosh Gupta Hidayat Iyer Jain Kumar Kusuma Menon \
         Mehta Nair Patel Perera Rahman Rao Reddy Santoso Sharma Singh Suwan Wijaya",
    },
    Names {
        countries: "NG GH SN CI ML BF TG BJ CM CD CG GA GN KE UG TZ RW BI ET ZM ZW SL LR GM NE TD CF MG MW SO SS",
        first: "Abena Aïssatou Akin Amadou Awa Baba Bintou Chidi Desta Fanta Femi Fela Grace Ibou Jelani Kofi \
         Kwame Lamine Makena Mamadou Moussa Ngozi Oumou Salif Seydou Wanjiru Youssou Zawadi",
        last: "Abebe Adeyemi Ba Balogun Boateng Cissé Coulibaly Diallo Diop Fall Kamau Keïta Konaté Koné Mensah \
         Mwangi Ndiaye Nkosi Okafor Okoye Osei Otieno Ouédraogo Sow Touré Traoré",
    },
];

/// Where nothing else is said.
const ELSEWHERE: Names = Names {
    countries: "",
    first: "Ada Alex Anna Ben Charlie Daisy Ella Emma Eva George Grace Harry Jack James Kate Leo Lily Lucy Max \
     Mia Nina Noah Oliver Ruby Sam Sophie Tom Viktor Will",
    last: "Adams Baker Bell Brown Carter Clark Cooper Davies Evans Green Hall Harris Hughes Ivanov Jones King \
     Kowalski Miller Morgan Novak Parker Popov Rossi Smith Taylor Walker Wilson Wood",
};

/// A first and a last name.
pub(super) fn draw(draw: &mut Draw, country: &str) -> (&'static str, &'static str) {
    let at_home = |names: &&Names| names.countries.split(' ').any(|other| other == country);
    let names = NAMES.iter().find(at_home).unwrap_or(&ELSEWHERE);
    (draw.word(names.first), draw.word(names.last))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_first_name_leaves_room_in_a_username() {
        for first in NAMES.iter().chain([&ELSEWHERE]).flat_map(|names| names.first.split(' ')) {
            assert!((2..=9).contains(&first.chars().count()), "{first}");
        }
    }
}
